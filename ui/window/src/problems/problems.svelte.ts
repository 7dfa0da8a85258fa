/** Messages to the agent, the newest first. The same failure is there once, for each device, caller or line that it may be
 * about. What is wrong stays until the agent closes it; what is only worth knowing goes away by itself, once it could be
 * read. Those that have no room come up again when newer ones are gone, so none vanishes unread. */
import type { ErrorCode, Failure, SoundRole } from '../ipc';
import { isLooking } from '../looking';
import { problemTable } from './problemTable';

/** Long enough to read two lines. */
const INFO_STAYS_MS = 8000;
/** How often it is looked whether a message is in sight. */
const LOOK_EVERY_MS = 500;
/** More at once would hide the phone behind messages. */
const AT_MOST = 3;

export interface Problem {
  readonly id: number;
  readonly failure: Failure;
  /** The missed calls that it tells of, all from the same caller. */
  readonly calls: readonly string[];
}

export class Problems {
  list = $state.raw<readonly Problem[]>([]);
  /** Those that have room. */
  readonly shown: readonly Problem[] = $derived(this.list.slice(0, AT_MOST));
  /** How many wait behind them. */
  readonly waiting: number = $derived(this.list.length - this.shown.length);
  private nextId = 1;

  report(failure: Failure): void {
    const before = this.list.find((known) => isSame(known.failure, failure));
    const problem = { id: this.nextId++, failure, calls: [...(before?.calls ?? []), ...callsOf(failure)] };
    const others = this.list.filter((known) => !isSame(known.failure, failure));
    this.list = [problem, ...others];
    if (problemTable[failure.code].severity === 'info') this.closeOnceRead(problem.id, INFO_STAYS_MS);
  }

  /** Closes a message once it was in sight for so long; all other time does not count. */
  private closeOnceRead(id: number, restMs: number): void {
    setTimeout(() => {
      if (!this.list.some((problem) => problem.id === id)) return;
      const nowRestMs = this.isInSight(id) ? restMs - LOOK_EVERY_MS : restMs;
      if (nowRestMs > 0) this.closeOnceRead(id, nowRestMs);
      else this.close(id);
    }, LOOK_EVERY_MS);
  }

  private isInSight(id: number): boolean {
    return isLooking() && this.shown.some((problem) => problem.id === id);
  }

  close(id: number): void {
    this.list = this.list.filter((problem) => problem.id !== id);
  }

  closeAll(code: ErrorCode): void {
    this.list = this.list.filter((problem) => problem.failure.code !== code);
  }

  /** The call that fell silent is over. That nothing was heard from the beginning is to be mended, and stays. */
  closeSilence(): void {
    this.list = this.list.filter(({ failure }) => failure.code !== 'noAudioReceived' || failure.params.cause === 'never');
  }

  /** The microphone or the speaker works: what was said to be wrong with it is so no more. */
  closeOf(role: SoundRole): void {
    const wrong: readonly ErrorCode[] = [role === 'microphone' ? 'noMicrophone' : 'noSpeaker', 'audioFailed'];
    this.list = this.list.filter(({ failure }) => !wrong.includes(failure.code) || (failure.params.role ?? role) !== role);
  }
}

/** What became of a device; only the last of it is still true. */
const deviceNews: readonly ErrorCode[] = ['deviceLost', 'deviceMissing', 'deviceInUse', 'deviceFound'];

const callsOf = ({ code, params: { call } }: Failure): string[] => (code === 'calledWhileTalking' && call !== undefined ? [call] : []);

/** What a failure may be about, beside the failure itself. */
const subjects = ['role', 'who', 'line'];

function isSame(known: Failure, failure: Failure): boolean {
  if (subjects.some((name) => known.params[name] !== failure.params[name])) return false;
  return known.code === failure.code || (deviceNews.includes(known.code) && deviceNews.includes(failure.code));
}
