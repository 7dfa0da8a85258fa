/** The line of the server that the agent is signed in at. */
import type { LineView } from '../ipc';

/** Its id, which is the same everywhere: `DIRECT` in `crates/softphone/src/lines/mod.rs`. */
export const SERVER_LINE = '00000000-0000-7000-8000-000000000001';

/** Where it is missing, the first of the others stands for the connection. */
export const serverLine = (lines: readonly LineView[]): LineView | undefined =>
  lines.find(({ id }) => id === SERVER_LINE) ?? lines[0];
