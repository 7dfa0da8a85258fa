/** What has happened and waits to be seen: calls that ring, messages, a call that is just over. It has one place in the window; this says what stands there, and what Esc closes. */
import type { CallView } from '../ipc';
import type { Problem } from '../problems/problems.svelte';
import type { Phone } from '../state/phone.svelte';

export class News {
  /** Calls that are over and were put away by the agent. */
  private putAway = $state.raw<readonly string[]>([]);
  readonly ringing: readonly CallView[] = $derived.by(() => this.phone.calls.offered);
  readonly problems: readonly Problem[] = $derived.by(() => this.phone.problems.shown);
  readonly ended: CallView | null = $derived.by(() => {
    const { front, ended } = this.phone.calls;
    return front ? null : (ended.find(({ id }) => !this.putAway.includes(id)) ?? null);
  });

  constructor(private readonly phone: Phone) {}

  putAwayEnded(call: CallView): void {
    this.putAway = [...this.putAway, call.id];
  }

  /** Closes what stands first of all that can be closed; says whether there was anything. */
  closeFirst(): boolean {
    const [problem] = this.problems;
    if (problem) this.phone.problems.close(problem.id);
    else if (this.ended) this.putAwayEnded(this.ended);
    else return false;
    return true;
  }
}
