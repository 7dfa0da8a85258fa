/** How loud calls and the microphone are. Each level costs a message and a drawing, so the engine's are heard only while
 * a part that shows them is in sight. */
import type { CallView, Levels, LevelsEvent } from '../ipc';
import type { Host, Unsubscribe } from '../platform/host';

const silence: Levels = { input: 0, output: 0 };

export class HeardLevels {
  /** What the level meter of the settings hears; a new value with every level that is told. */
  meter = $state.raw<Levels>(silence);
  /** What was last heard in a call, and in which. */
  private spoken = $state.raw<{ call: string; levels: Levels } | null>(null);

  constructor(private readonly host: Host) {}

  /** How loud a call is; one that is held or over is silent. */
  of(call: CallView): Levels {
    const { spoken } = this;
    return spoken?.call === call.id && call.state === 'active' && !call.held ? spoken.levels : silence;
  }

  /** Listens until this is stopped, but for when the window is put away. */
  follow(): Unsubscribe {
    let hearing: Promise<Unsubscribe> | null = null;
    const stop = (): void => {
      void hearing?.then((unsubscribe) => unsubscribe());
      hearing = null;
      this.spoken = null;
    };
    const look = (): void => {
      if (document.visibilityState !== 'visible') stop();
      else hearing ??= this.host.onLevels((event) => this.take(event));
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop();
    };
  }

  private take({ source, levels }: LevelsEvent): void {
    if (source.type === 'meter') this.meter = levels;
    else this.spoken = { call: source.call, levels };
  }
}
