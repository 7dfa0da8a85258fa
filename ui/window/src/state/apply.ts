/** State flows one way: a snapshot, then events, each of which carries the whole part that changed. */
import type { EngineEvent, RecordingView, Snapshot } from '../ipc';

/** The snapshot after an event. Events that change nothing drawn from the snapshot return it as it is. */
export function apply(snapshot: Snapshot, event: EngineEvent): Snapshot {
  switch (event.type) {
    case 'sessionChanged':
      return { ...snapshot, session: event.session };
    case 'serverChanged':
      return { ...snapshot, server: event.server };
    case 'linesChanged':
      return { ...snapshot, lines: event.lines };
    case 'callChanged':
      return { ...snapshot, calls: replaced(snapshot.calls, event.call) };
    case 'callRemoved':
      return { ...snapshot, calls: snapshot.calls.filter((call) => call.id !== event.call) };
    case 'teamChanged':
      return { ...snapshot, team: event.team };
    case 'historyChanged':
      return { ...snapshot, missed: event.missed };
    case 'syncChanged':
      return { ...snapshot, sync: event.sync };
    case 'settingsChanged':
      return { ...snapshot, settings: event.settings };
    case 'soundChanged':
      return { ...snapshot, sound: event.sound };
    case 'recordingChanged':
      return { ...snapshot, recording: event.recording };
    case 'recordingPosition':
      return { ...snapshot, recording: heardAt(snapshot.recording, event.call, event.positionMs) };
    case 'phoneCallChanged':
      return { ...snapshot, phoneCall: event.phoneCall };
    case 'soundMended':
    case 'digitReceived':
    case 'callMessage':
    case 'problem':
    case 'levels':
    case 'lagged':
      return snapshot;
  }
}

function heardAt(open: RecordingView | null, call: string, positionMs: number): RecordingView | null {
  return open?.call === call ? { ...open, positionMs } : open;
}

function replaced<T extends { id: string }>(known: readonly T[], one: T): T[] {
  const index = known.findIndex(({ id }) => id === one.id);
  return index < 0 ? [...known, one] : known.with(index, one);
}
