import type { HistoryEntry } from '../ipc';
import { t } from '@mobilecall/kit/i18n';

/** How a call ended, in a word or two; some differ by direction. */
export function dispositionWords(entry: Pick<HistoryEntry, 'disposition' | 'direction'>): string {
  switch (entry.disposition) {
    case 'answered':
    case 'declined':
      return t(`disposition-${entry.disposition}-${entry.direction}`);
    case 'missed':
    case 'unanswered':
    case 'failed':
    case 'ongoing':
      return t(`disposition-${entry.disposition}`);
  }
}
