/** Which call belongs where in the window. Pure sorting for display; the engine decides what a call is. */
import type { CallView } from '../ipc';

export interface Calls {
  /** Ringing here. */
  readonly offered: readonly CallView[];
  /** The one in front: talking, being placed, or the newest that is held. */
  readonly front: CallView | null;
  /** Other calls that are up. */
  readonly others: readonly CallView[];
  /** Just over, the newest first. */
  readonly ended: readonly CallView[];
}

export function sortCalls(calls: readonly CallView[]): Calls {
  const offered = calls.filter((call) => call.state === 'offered');
  const live = calls.filter((call) => call.state !== 'offered' && call.state !== 'ended');
  const front = live.findLast((call) => !call.held) ?? live.at(-1) ?? null;
  return {
    offered,
    front,
    others: live.filter((call) => call !== front),
    ended: calls.filter((call) => call.state === 'ended').toReversed(),
  };
}

/** Whether digits, mute and hold make sense. */
export const isAnswered = (call: CallView): boolean =>
  call.state === 'active' || call.state === 'reconnecting';
