/**
 * What the window needs from the program around it. Two implementations: `tauri.ts` for the app, `fake/` for tests and
 * the gallery. Everything that crosses it is a value of the engine's contract.
 */
import type { Command, EngineEvent, Failure, LevelsEvent, Reply, Snapshot } from '../ipc';

export type Unsubscribe = () => void;

/** Where the shell wants the agent to look, for example after a click on a notification; `quit` asks whether to quit. */
export type ShowTarget = 'call' | 'history' | 'quit';

export interface Host {
  /** Everything there is to draw. Rejects with a {@link Failure} if the engine could not start. */
  snapshot(): Promise<Snapshot>;
  /** Asks the engine. Rejects with a {@link Failure}. */
  send(command: Command): Promise<Reply>;
  /** Every event from now on, in order, but for levels. */
  subscribe(listener: (event: EngineEvent) => void): Promise<Unsubscribe>;
  /** Levels from now on. They come many times a second, and cost nothing while nobody listens. */
  onLevels(listener: (levels: LevelsEvent) => void): Promise<Unsubscribe>;
  /** Requests of the shell to show a part of the window. */
  onShow(listener: (target: ShowTarget) => void): Promise<Unsubscribe>;
  /** Ends the app. */
  quit(): Promise<void>;
  /** The languages the system prefers, best first (BCP 47). */
  languages(): readonly string[];
}

/** Reads whatever a host rejected with. */
export function toFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const failure = thrown as Failure;
    return { code: failure.code, message: failure.message, params: failure.params ?? {} };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message: detail, params: { detail } };
}
