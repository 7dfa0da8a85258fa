/** The rows that are shown: asked for page by page, and the newest of them again whenever something changed. */
import type { Failure, HistoryEntry, HistoryFilter, HistoryPage } from '../ipc';
import { type Host, toFailure } from '../platform/host';
import { isLooking } from '../looking';

const PAGE = 50;
/** The most rows one question may ask for. */
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
  private reloading = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the rows were asked for. */
  private wanted = '';

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

  /** Asks anew for the newest rows, and keeps the older ones that follow them: the agent may be far down the list. */
  async reload(): Promise<void> {
    const wanted = `${this.filter} ${this.text}`;
    this.reloading = true;
    const current = await this.ask(() => this.newest(wanted === this.wanted ? this.entries : []));
    if (!current) return;
    this.reloading = false;
    this.wanted = wanted;
  }

  /** The rows that follow. While the newest are on their way the list is about to change, and asks again afterwards. */
  async more(): Promise<void> {
    const { next, entries } = this;
    if (next === null || this.reloading) return;
    await this.ask(async () => {
      const page = await this.page(next, PAGE);
      return { entries: joined(entries, page.entries), next: page.next };
    });
  }

  /** Rows from the newest down to one that is known, after which none can be missing. */
  private async newest(known: readonly HistoryEntry[]): Promise<HistoryPage> {
    const after = this.next;
    const entries: HistoryEntry[] = [];
    let next: string | null = null;
    do {
      const page = await this.page(next, Math.min(LARGEST, Math.max(PAGE, known.length - entries.length)));
      entries.push(...page.entries);
      next = page.next;
      const last = entries.at(-1)?.id;
      const older = known.slice(known.findIndex(({ id }) => id === last) + 1);
      if (next !== null && older.length > 0 && older.length < known.length) return { entries: joined(entries, older), next: after };
    } while (next !== null && entries.length < known.length);
    return { entries, next };
  }

  private async page(cursor: string | null, limit: number): Promise<HistoryPage> {
    const query = { text: this.text, filter: this.filter, cursor, limit, seen: isLooking() };
    const reply = await this.host.send({ type: 'history', query });
    if (reply.type !== 'history') throw new Error(`the history was answered with ${reply.type}`);
    return reply.page;
  }

  /** Shows what is found, unless something else was asked meanwhile; says whether it was not. */
  private async ask(find: () => Promise<HistoryPage>): Promise<boolean> {
    const question = ++this.asked;
    let found: HistoryPage | null = null;
    let failure: Failure | null = null;
    try {
      found = await find();
    } catch (thrown) {
      failure = toFailure(thrown);
    }
    if (question !== this.asked) return false;
    if (found) ({ entries: this.entries, next: this.next } = found);
    this.failure = failure;
    this.loading = false;
    return true;
  }
}

/** Two runs of rows, each row once, since the list is keyed by them. */
function joined(newer: readonly HistoryEntry[], older: readonly HistoryEntry[]): HistoryEntry[] {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))];
}
