/** The rows that are shown: asked for page by page, and again from the start whenever something changed. */
import type { Failure, HistoryEntry, HistoryFilter } from '../ipc';
import { type Host, toFailure } from '../platform/host';

const PAGE = 50;
/** The most rows one question may ask for; a longer list is rebuilt as the agent scrolls. */
const LARGEST = 200;
const TYPING_PAUSE_MS = 120;

export class HistoryList {
  text = $state('');
  filter = $state<HistoryFilter>('all');
  entries = $state.raw<readonly HistoryEntry[]>([]);
  /** Where the next page begins, if there is one. */
  next = $state.raw<string | null>(null);
  /** No answer yet. */
  loading = $state(true);
  failure = $state.raw<Failure | null>(null);

  private asked = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  search(text: string): void {
    this.text = text;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.reload(), TYPING_PAUSE_MS);
  }

  show(filter: HistoryFilter): void {
    this.filter = filter;
    this.entries = [];
    this.loading = true;
    void this.reload();
  }

  /** Asks anew for as many rows as are shown. */
  reload(): Promise<void> {
    return this.ask(null, Math.min(LARGEST, Math.max(PAGE, this.entries.length)));
  }

  more(): Promise<void> {
    return this.next === null ? Promise.resolve() : this.ask(this.next, PAGE);
  }

  private async ask(cursor: string | null, limit: number): Promise<void> {
    const question = ++this.asked;
    const query = { text: this.text, filter: this.filter, cursor, limit, seen: true };
    try {
      const reply = await this.host.send({ type: 'history', query });
      if (question !== this.asked || reply.type !== 'history') return;
      this.entries = cursor === null ? reply.page.entries : [...this.entries, ...reply.page.entries];
      this.next = reply.page.next;
      this.failure = null;
    } catch (thrown) {
      if (question === this.asked) this.failure = toFailure(thrown);
    }
    this.loading = false;
  }
}

