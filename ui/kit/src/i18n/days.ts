/** Lists of calls under their local days. */
import { today } from '../clock';
import { daysAgo, longDay } from './format';
import { t } from './i18n.svelte';

export interface Day<Entry> {
  /** The day's first millisecond. */
  readonly atMs: number;
  readonly entries: Entry[];
}

/** Groups rows that come in order of time; the order stays. */
export function byDay<Entry>(entries: readonly Entry[], startOf: (entry: Entry) => number): Day<Entry>[] {
  const days: Day<Entry>[] = [];
  for (const entry of entries) {
    const atMs = new Date(startOf(entry)).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    if (last?.atMs === atMs) last.entries.push(entry);
    else days.push({ atMs, entries: [entry] });
  }
  return days;
}

/** What a day is called: today, yesterday, or its date. */
export function dayWords(atMs: number): string {
  const ago = daysAgo(atMs, today());
  if (ago === 0) return t('history-today');
  return ago === 1 ? t('history-yesterday') : longDay(atMs, today());
}
