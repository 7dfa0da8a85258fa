/** The smart field: what is typed, what the engine says would be called, and which colleague is marked. */
import type { AddressKind, Colleague, Failure, LineView, PresenceState, Preview } from '../ipc';
import type { Phone } from '../state/phone.svelte';

/** Short enough to feel live, long enough to spare the engine a question for every letter of a fast typist. */
const TYPING_PAUSE_MS = 80;

const nothing: Preview = { type: 'empty' };

export class Dial {
  text = $state('');
  preview = $state.raw<Preview>(nothing);
  /** What the engine said when the call was refused, until the text or the lines change. */
  refused = $state.raw<Failure | null>(null);
  /** The line that the agent chose for what is typed. */
  line = $state<string | null>(null);
  /** Whom to choose from, each as reachable as they are now. */
  readonly choices: readonly Colleague[] = $derived.by(() => {
    const { preview } = this;
    if (preview.type !== 'choices') return [];
    const team = this.phone.snapshot?.team ?? [];
    return preview.colleagues.map((one) => team.find(({ username }) => username === one.username) ?? one);
  });
  /** The marked one of the choices, -1 for none. It is the same colleague when others join the list. */
  readonly marked: number = $derived.by(() => this.choices.findIndex(({ username }) => username === this.markedName));
  /** Whether who would be called can be reached now; nothing where that is not known. */
  readonly presence: PresenceState | null = $derived.by(() => {
    const { preview } = this;
    if (preview.type !== 'willCall') return null;
    const { kind, address } = preview;
    const team = this.phone.snapshot?.team ?? [];
    if (kind === 'extension') return team.find(({ extension }) => extension === address)?.presence ?? null;
    return kind === 'client' ? (team.find(({ username }) => `client:${username}` === address)?.presence ?? null) : null;
  });
  private markedName = $state<string | null>(null);
  /** The preview may still be that of an older text. */
  private pending = $state(false);
  /** Whether nothing speaks against a call: the text can be dialed, and now. */
  readonly ready: boolean = $derived.by(() => {
    const { preview } = this;
    if (this.pending) return false;
    return preview.type === 'willCall' ? preview.obstacle === null : this.marked >= 0;
  });
  /** The server can call the agent's own phone and connect it with what is typed. Whether a line here is ready does not matter. */
  readonly goesViaPhone: boolean = $derived.by(() => {
    const session = this.phone.snapshot?.session;
    return session?.state === 'signedIn' && session.callsViaPhone && this.preview.type === 'willCall' && this.preview.kind === 'phone';
  });
  /** Colleagues fit, and neither is one of them marked nor is the text the whole of anything. */
  readonly undecided: boolean = $derived.by(() => !this.pending && this.choices.length > 0 && this.marked < 0);

  /** What was typed when the line was chosen: for anything else it is not the agent's choice. */
  private chosenFor: AddressKind | null = null;
  /** The lines when the call was refused. */
  private linesThen: readonly LineView[] | undefined;
  private asked = 0;
  /** The answer for the text as it is, once it was asked for. */
  private answer: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly phone: Phone) {}

  setText(text: string): void {
    this.text = text;
    this.refused = null;
    this.markedName = null;
    this.asked += 1;
    this.answer = null;
    clearTimeout(this.timer);
    this.pending = text.trim() !== '';
    if (text.trim() === '') {
      this.preview = nothing;
      this.line = null;
    } else this.timer = setTimeout(() => void this.current(), TYPING_PAUSE_MS);
  }

  /** Takes another line for what is typed. */
  chooseLine(line: string): void {
    this.line = line;
    this.chosenFor = this.preview.type === 'willCall' ? this.preview.kind : null;
    this.refused = null;
    this.askAgain();
  }

  /** What the preview depends on has changed: lines, colleagues, who is signed in. Over other lines what was refused may go. */
  refresh(): void {
    if (this.phone.snapshot?.lines !== this.linesThen) this.refused = null;
    if (this.text.trim() !== '') this.askAgain();
  }

  press(digit: string): void {
    this.setText(this.text + digit);
  }

  mark(step: 1 | -1): void {
    const count = this.choices.length;
    const next = (this.marked + step + count + (this.marked < 0 && step < 0 ? 1 : 0)) % count;
    this.markedName = this.choices[next]?.username ?? null;
  }

  /** Calls the marked colleague, or what is typed; says whether a call was placed. Where several fit, the first time
   * only marks one. What fits is judged by the text as it is: the choices shown may still be those of an older one. */
  async place(): Promise<boolean> {
    const { text } = this;
    await this.current();
    if (this.text !== text) return false;
    const colleague = this.choices[this.marked];
    if (colleague) return this.choose(colleague);
    if (this.choices.length === 0) return this.send(text, this.chosen());
    // The list is in sight whenever one of it is marked.
    this.refused = null;
    this.mark(1);
    return false;
  }

  /** Calls one of the choices, and leaves it marked if that is refused: another try is for the same one. A line that was
   * chosen earlier was not chosen for it. */
  choose({ username }: Colleague): Promise<boolean> {
    this.markedName = username;
    return this.send(`client:${username}`, {});
  }

  /** Has the server call the agent's own phone first; says whether it was asked. */
  async placeViaPhone(): Promise<boolean> {
    const { text } = this;
    const failure = await this.phone.attempt({ type: 'callViaPhone', destination: text });
    if (failure === null) this.setText('');
    else if (this.text === text) this.refused = failure;
    return failure === null;
  }

  private async send(destination: string, chosen: { line?: string }): Promise<boolean> {
    const text = this.text;
    const failure = await this.phone.attempt({ type: 'placeCall', destination, ...chosen });
    if (failure === null) this.setText('');
    else if (this.text === text) {
      this.refused = failure;
      this.linesThen = this.phone.snapshot?.lines;
      // The lines to choose from are those of before.
      if (failure.code === 'noSuchLine') this.askAgain();
    }
    return failure === null;
  }

  private askAgain(): void {
    this.asked += 1;
    this.answer = null;
    void this.current();
  }

  /** Settles when the preview is that of the text; asks without waiting for the pause. */
  private current(): Promise<void> {
    clearTimeout(this.timer);
    return (this.answer ??= this.ask(this.asked));
  }

  private chosen(): { line?: string } {
    return this.line === null ? {} : { line: this.line };
  }

  /** Whether the chosen line is not for what is typed now: it cannot call that, is gone, or was chosen for another kind. */
  private outlived(preview: Preview): boolean {
    return preview.type === 'refused' || (preview.type === 'willCall' && preview.kind !== this.chosenFor);
  }

  private async ask(question: number): Promise<void> {
    const { text } = this;
    if (text.trim() === '') return;
    try {
      const reply = await this.phone.host.send({ type: 'preview', text, ...this.chosen() });
      if (question !== this.asked || reply.type !== 'preview') return;
      if (this.line !== null && this.outlived(reply.preview)) {
        this.line = null;
        return await this.ask(question);
      }
      this.preview = reply.preview;
      this.pending = false;
    } catch {
      // A preview is only a courtesy: the engine judges again, and says why, when the call is placed.
      if (question !== this.asked) return;
      this.preview = nothing;
      this.pending = false;
    }
  }
}
