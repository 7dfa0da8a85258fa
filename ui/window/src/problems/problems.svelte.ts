/** Messages to the agent, the newest first. The same failure is shown once. What is wrong stays until the agent closes it;
 * what is only worth knowing goes away by itself, once it could be read. */
import type { ErrorCode, Failure } from '../ipc';
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
    const others = this.list.filter((known) => known.failure.code !== failure.code);
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
}
