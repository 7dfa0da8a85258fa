/** Rows under their local days. */
import type { HistoryEntry } from '../ipc';

export interface Day {
  /** The day's first millisecond. */
  readonly atMs: number;
  readonly entries: HistoryEntry[];
}

/** Groups rows that come in order of time; the order stays. */
export function byDay(entries: readonly HistoryEntry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const atMs = new Date(entry.startedAtMs).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    if (last?.atMs === atMs) last.entries.push(entry);
    else days.push({ atMs, entries: [entry] });
  }
  return days;
}
