/** Messages to the agent, the newest first. The same failure is shown once, for each device that it may be about. What is
 * wrong stays until the agent closes it; what is only worth knowing goes away by itself, once it could be read. */
import type { ErrorCode, Failure, SoundRole } from '../ipc';
import { isLooking } from '../looking';
import { problemTable } from './problemTable';

/** Long enough to read two lines. */
const INFO_STAYS_MS = 8000;
/** More would hide the phone behind messages. */
const AT_MOST = 3;

export interface Problem {
  readonly id: number;
  readonly failure: Failure;
}

export class Problems {
  list = $state.raw<readonly Problem[]>([]);
  private nextId = 1;

  report(failure: Failure): void {
    const problem = { id: this.nextId++, failure };
    const others = this.list.filter((known) => !isSame(known.failure, failure));
    this.list = [problem, ...others].slice(0, AT_MOST);
    if (problemTable[failure.code].severity === 'info') this.closeOnceRead(problem.id);
  }

  private closeOnceRead(id: number): void {
    setTimeout(() => {
      if (isLooking()) this.close(id);
      else if (this.list.some((problem) => problem.id === id)) this.closeOnceRead(id);
    }, INFO_STAYS_MS);
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

function isSame(known: Failure, failure: Failure): boolean {
  if (known.params.role !== failure.params.role) return false;
  return known.code === failure.code || (deviceNews.includes(known.code) && deviceNews.includes(failure.code));
}
