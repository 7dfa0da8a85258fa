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
  return { ...said, id, credentials, enabled: true, agentPreference: null };
}

/** The lines with this one in its place, or at their end. */
export function withLine(lines: readonly LineSettings[], line: LineSettings): LineSettings[] {
  const at = lines.findIndex(({ id }) => id === line.id);
  return at < 0 ? [...lines, line] : lines.with(at, line);
}

export const withoutLine = (lines: readonly LineSettings[], id: string): LineSettings[] => lines.filter((line) => line.id !== id);

/** The lines as calls that several could take try them: by the agent's wish, then by the company's. */
export function ordered(lines: readonly LineSettings[], company: readonly LineKind[]): LineSettings[] {
  const wish = ({ agentPreference }: LineSettings): number => agentPreference ?? Number.MAX_SAFE_INTEGER;
  const place = ({ kind }: LineSettings): number => (company.includes(kind) ? company.indexOf(kind) : company.length);
  return lines.toSorted((one, other) => wish(one) - wish(other) || place(one) - place(other));
}

/** Whether the agent has an order of their own. */
export const hasOwnOrder = (lines: readonly LineSettings[]): boolean => lines.some(({ agentPreference }) => agentPreference !== null);

/** The lines with their order as the agent's wish. */
export const inOwnOrder = (lines: readonly LineSettings[]): LineSettings[] =>
  lines.map((line, agentPreference) => ({ ...line, agentPreference }));

/** The lines without any wish of the agent, so that the company's order counts. */
export const inCompanyOrder = (lines: readonly LineSettings[]): LineSettings[] =>
  lines.map((line) => ({ ...line, agentPreference: null }));

/** The lines with this one a place earlier or later, and their order as the agent's wish. */
export function moved(lines: readonly LineSettings[], id: string, step: -1 | 1): LineSettings[] {
  const from = lines.findIndex((line) => line.id === id);
  const line = lines[from];
  const to = from + step;
  if (!line || to < 0 || to >= lines.length) return [...lines];
  return inOwnOrder(lines.toSpliced(from, 1).toSpliced(to, 0, line));
}

/** A UUIDv7, as all keys of the engine. */
function newKey(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
