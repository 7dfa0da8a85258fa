/** The smart field: what is typed, what the engine says would be called, and which colleague is marked. */
import type { Colleague, Failure, Preview } from '../ipc';
import type { Phone } from '../state/phone.svelte';

/** Short enough to feel live, long enough to spare the engine a question for every letter of a fast typist. */
const TYPING_PAUSE_MS = 80;

const nothing: Preview = { type: 'empty' };

export class Dial {
  text = $state('');
  preview = $state.raw<Preview>(nothing);
  /** The marked one of the choices, -1 for none. */
  marked = $state(-1);
  /** What the engine said when the call was refused, until the text changes. */
  refused = $state.raw<Failure | null>(null);
  /** The line that the agent chose for what is typed. */
  line = $state<string | null>(null);
  readonly choices: readonly Colleague[] = $derived(this.preview.type === 'choices' ? this.preview.colleagues : []);

  private asked = 0;
  /** The answer for the text as it is, once it was asked for. */
  private answer: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly phone: Phone) {}

  setText(text: string): void {
    this.text = text;
    this.refused = null;
    this.marked = -1;
    this.asked += 1;
    this.answer = null;
    clearTimeout(this.timer);
    if (text.trim() === '') {
      this.preview = nothing;
      this.line = null;
    } else this.timer = setTimeout(() => void this.current(), TYPING_PAUSE_MS);
  }

  /** Takes another line for what is typed. */
  chooseLine(line: string): void {
    this.line = line;
    this.refused = null;
    this.asked += 1;
    this.answer = null;
    void this.current();
  }

  press(digit: string): void {
    this.setText(this.text + digit);
  }

  mark(step: 1 | -1): void {
    const count = this.choices.length;
    if (count > 0) this.marked = (this.marked + step + count + (this.marked < 0 && step < 0 ? 1 : 0)) % count;
  }

  /** Calls the marked colleague, or what is typed; says whether a call was placed. Where several fit, the first time
   * only marks one. What fits is judged by the text as it is: the choices shown may still be those of an older one. */
  async place(): Promise<boolean> {
    const { text } = this;
    await this.current();
    if (this.text !== text) return false;
    const colleague = this.choices[this.marked];
    if (!colleague && this.choices.length > 0) {
      this.mark(1);
      return false;
    }
    return this.placeTo(colleague ? `client:${colleague.username}` : text);
  }

  async placeTo(destination: string): Promise<boolean> {
    const text = this.text;
    const failure = await this.phone.attempt({ type: 'placeCall', destination, ...this.chosen() });
    if (failure === null) this.setText('');
    else if (this.text === text) this.refused = failure;
    return failure === null;
  }

  /** Settles when the preview is that of the text; asks without waiting for the pause. */
  private current(): Promise<void> {
    clearTimeout(this.timer);
    return (this.answer ??= this.ask(this.asked));
  }

  private chosen(): { line?: string } {
    return this.line === null ? {} : { line: this.line };
  }

  private async ask(question: number): Promise<void> {
    const { text } = this;
    if (text.trim() === '') return;
    try {
      const reply = await this.phone.host.send({ type: 'preview', text, ...this.chosen() });
      if (question === this.asked && reply.type === 'preview') this.preview = reply.preview;
    } catch {
      // A preview is only a courtesy: the engine judges again, and says why, when the call is placed.
      if (question === this.asked) this.preview = nothing;
    }
  }
}
