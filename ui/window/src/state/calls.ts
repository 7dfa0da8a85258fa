/** Which call belongs where in the window. Pure sorting for display; the engine decides what a call is. */
import type { CallView } from '../ipc';

export interface Calls {
  /** Ringing here. */
  readonly offered: readonly CallView[];
  /** The one in front: talking, being placed, or the newest that is held. */
  readonly front: CallView | null;
  /** Other calls that are up. */
  readonly others: readonly CallView[];
  /** The held one to change to: each in turn. */
  readonly next: CallView | null;
  /** Just over, the newest first. */
  readonly ended: readonly CallView[];
}

export function sortCalls(calls: readonly CallView[]): Calls {
  const offered = calls.filter((call) => call.state === 'offered');
  const live = calls.filter((call) => call.state !== 'offered' && call.state !== 'ended');
  const front = live.findLast((call) => !call.held) ?? live.at(-1) ?? null;
  const at = front ? live.indexOf(front) : -1;
  return {
    offered,
    front,
    others: live.filter((call) => call !== front),
    next: [...live.slice(at + 1), ...live.slice(0, Math.max(at, 0))].find((call) => call.held) ?? null,
    ended: calls.filter((call) => call.state === 'ended').toReversed(),
  };
}

/** Whether a call that is over rang here and nobody took it. */
export const wasMissed = ({ direction, answeredAtMs, end }: CallView): boolean =>
  direction === 'incoming' && answeredAtMs === null && (end === 'remoteCancel' || end === 'noAnswer');

/** Whether the microphone can be muted: before the answer too, so that nothing is heard from the first moment. */
export const canMute = (call: CallView): boolean => call.state !== 'offered' && call.state !== 'ending' && call.state !== 'ended';

/** Whether digits and hold make sense. */
export const isAnswered = (call: CallView): boolean =>
  call.state === 'active' || call.state === 'reconnecting';
