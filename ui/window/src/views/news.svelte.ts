/** What has happened and waits to be seen: calls that ring, messages, a call that is just over. It has one place in the window; this says what stands there, and what Esc closes. */
import { isPhoneCallOver } from '../call/phoneCallWords';
import type { CallView, PhoneCallView } from '../ipc';
import type { Problem } from '../problems/problems.svelte';
import { wasMissed } from '../state/calls';
import type { Phone } from '../state/phone.svelte';

export class News {
  /** Calls that are over and were put away by the agent. */
  private putAway = $state.raw<readonly string[]>([]);
  readonly ringing: readonly CallView[] = $derived.by(() => this.phone.calls.offered);
  readonly problems: readonly Problem[] = $derived.by(() => this.phone.problems.shown);
  /** A call by way of the agent's own phone. */
  readonly phoneCall: PhoneCallView | null = $derived.by(() => this.phone.snapshot?.phoneCall ?? null);
  readonly ended: CallView | null = $derived.by(() => {
    const { front, ended } = this.phone.calls;
    const isNews = (call: CallView): boolean => !this.putAway.includes(call.id) && !(this.phone.missed.count > 0 && wasMissed(call));
    return front ? null : (ended.find(isNews) ?? null);
  });
  /** How many missed calls there are to tell. What goes on now, or is just over, has the room before them. */
  readonly missed: number = $derived.by(() => (this.phone.calls.front || this.ringing.length > 0 || this.ended ? 0 : this.phone.missed.count));

  constructor(private readonly phone: Phone) {}

  putAwayEnded(call: CallView): void {
    this.putAway = [...this.putAway, call.id];
  }

  /** The call goes on, if it is not over. */
  forgetPhoneCall(): void {
    void this.phone.send({ type: 'forgetPhoneCall' });
  }

  /** Who called while the agent talked is a missed call that the agent knows of now. */
  closeProblem({ id, calls }: Problem): void {
    this.phone.missed.putAway(calls);
    this.phone.problems.close(id);
  }

  /** Closes what stands first of all that can be closed; says whether there was anything. */
  closeFirst(): boolean {
    const [problem] = this.problems;
    if (problem) this.closeProblem(problem);
    else if (this.phoneCall && isPhoneCallOver(this.phoneCall.stage)) this.forgetPhoneCall();
    else if (this.ended) this.putAwayEnded(this.ended);
    else if (this.missed > 0) this.phone.missed.putAwayAll();
    else return false;
    return true;
  }
}
