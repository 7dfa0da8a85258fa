/** Calls that were missed and that the agent was not told of yet: all of them have one place, however many came while
 * nobody looked. They stay until they are put away or were seen in the history; that they count in the badge is another
 * matter. */
import type { HistoryEntry } from '../ipc';
import type { Host } from '../platform/host';

export class MissedNews {
  /** How many there are to tell. */
  readonly count: number = $derived.by(() => this.unseen - this.putAwayCount);
  /** The newest of them, once the history has said which that is. */
  latest = $state.raw<HistoryEntry | null>(null);

  /** Missed and not seen in the history. */
  private unseen = $state(0);
  /** How many of those the agent has put away. */
  private putAwayCount = $state(0);
  private asked = 0;

  constructor(private readonly host: Host) {}

  /** The engine says how many were not seen: more were missed, or some were seen, here or on another device. */
  changed(unseen: number): void {
    this.unseen = unseen;
    this.putAwayCount = Math.min(this.putAwayCount, unseen);
    if (this.count > 0) void this.askForLatest();
    else this.latest = null;
  }

  /** The agent knows of so many of them, or of all. */
  putAway(count = this.count): void {
    this.putAwayCount = Math.min(this.putAwayCount + count, this.unseen);
  }

  private async askForLatest(): Promise<void> {
    const question = ++this.asked;
    const latest = await this.newest();
    if (question === this.asked) this.latest = latest;
  }

  private async newest(): Promise<HistoryEntry | null> {
    try {
      const query = { text: '', filter: 'missed' as const, cursor: null, limit: 1, seen: false };
      const reply = await this.host.send({ type: 'history', query });
      return reply.type === 'history' ? (reply.page.entries[0] ?? null) : null;
    } catch {
      // How many they are is known without it. Why the history cannot be read is said where it is shown.
      return null;
    }
  }
}
