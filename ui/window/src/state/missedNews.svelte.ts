/** Calls that were missed and that the agent was not told of yet: all of them have one place, however many came while
 * nobody looked. They stay until they are put away or were seen in the history; that they count in the badge is another
 * matter. */
import type { HistoryEntry } from '../ipc';
import type { Host } from '../platform/host';

/** Nobody puts away more than these one by one. */
const AT_MOST = 50;

export class MissedNews {
  /** How many there are to tell. */
  readonly count: number = $derived.by(() => this.unseen - this.putAwayCount);
  /** The newest of them; nobody while the history has not said who that is. */
  readonly latest: HistoryEntry | null = $derived.by(() => this.newest.find(({ id }) => !this.putAwayCalls.includes(id)) ?? null);

  /** Missed and not seen in the history. */
  private unseen = $state(0);
  /** Those of them that came last, as far as the history has said. */
  private newest = $state.raw<readonly HistoryEntry[]>([]);
  /** How many the agent has put away. */
  private putAwayCount = $state(0);
  /** Which ones, where that is known. When all are put away at once it need not be: who calls later is newer than they. */
  private putAwayCalls = $state.raw<readonly string[]>([]);
  private asked = 0;

  constructor(private readonly host: Host) {}

  /** The engine says how many were not seen: more were missed, or some were seen, here or on another device. */
  changed(unseen: number): void {
    // As many as before are the same ones: whoever is named stays, with the button that may have the focus.
    if (unseen !== this.unseen) this.newest = [];
    this.unseen = unseen;
    this.putAwayCount = Math.min(this.putAwayCount, unseen);
    this.asked += 1;
    if (this.count > 0) void this.ask(this.asked);
  }

  /** The agent knows of these. */
  putAway(calls: readonly string[]): void {
    const news = calls.filter((id) => !this.putAwayCalls.includes(id));
    this.putAwayCalls = [...this.putAwayCalls, ...news];
    this.putAwayCount = Math.min(this.putAwayCount + news.length, this.unseen);
  }

  /** The agent knows of all of them. */
  putAwayAll(): void {
    this.putAway(this.newest.map(({ id }) => id));
    this.putAwayCount = this.unseen;
  }

  private async ask(question: number): Promise<void> {
    const newest = await this.read();
    if (question === this.asked) this.newest = newest;
  }

  private async read(): Promise<readonly HistoryEntry[]> {
    try {
      const query = { text: '', filter: 'missed' as const, cursor: null, limit: Math.min(this.unseen, AT_MOST), seen: false };
      const reply = await this.host.send({ type: 'history', query });
      return reply.type === 'history' ? reply.page.entries : [];
    } catch {
      // How many they are is known without it. Why the history cannot be read is said where it is shown.
      return [];
    }
  }
}
