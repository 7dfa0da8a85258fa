/** What is said of a recording, and how its file is named. */
import { whoOf } from '../call/callWords';
import type { HistoryEntry } from '../ipc';
import { number } from '@mobilecall/kit/format';
import { t } from '@mobilecall/kit/i18n';

/** Speeds at which speech can still be understood, in percent. */
export const SPEEDS = [50, 75, 100, 125, 150, 175, 200] as const;

/** A speed as `1.5×`, in the digits of the language. */
export const speedWords = (percent: number): string =>
  t('recording-speed-times', { speed: number(percent / 100, percent % 100 === 0 ? 0 : percent % 50 === 0 ? 1 : 2) });

/** When the call was, by the clock of this computer and so that files sort by it, and with whom. */
export function fileName(entry: HistoryEntry): string {
  const at = new Date(entry.startedAtMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}.${two(at.getMinutes())} ${whoOf(entry)}`;
}
