/** Changes of the lines in the settings, as new lists. */
import type { LineKind, LineSettings } from '../ipc';

/** What the agent says of a line. */
export interface LineDraft {
  readonly kind: LineKind;
  readonly label: string;
  readonly server: string;
}

/** The line as it is described; one that is new gets a key, under which its password is to be in the keyring. */
export function described(draft: LineDraft, before: LineSettings | null): LineSettings {
  const id = before?.id ?? newKey();
  const said = { kind: draft.kind, label: draft.label.trim(), server: draft.server.trim() || null };
  if (before) return { ...before, ...said };
  const credentials = { type: 'keyring', name: `line ${id}` } as const;
  return { ...said, id, credentials, enabled: true, agentPreference: null, companyPreference: null };
}

/** The lines with this one in its place, or at their end. */
export function withLine(lines: readonly LineSettings[], line: LineSettings): LineSettings[] {
  const at = lines.findIndex(({ id }) => id === line.id);
  return at < 0 ? [...lines, line] : lines.with(at, line);
}

export const withoutLine = (lines: readonly LineSettings[], id: string): LineSettings[] => lines.filter((line) => line.id !== id);

/** The lines with this one a place earlier or later, and their order as the agent's wish. */
export function moved(lines: readonly LineSettings[], id: string, step: -1 | 1): LineSettings[] {
  const from = lines.findIndex((line) => line.id === id);
  const line = lines[from];
  const to = from + step;
  if (!line || to < 0 || to >= lines.length) return [...lines];
  const order = lines.toSpliced(from, 1).toSpliced(to, 0, line);
  return order.map((one, agentPreference) => ({ ...one, agentPreference }));
}

/** A UUIDv7, as all keys of the engine. */
function newKey(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
