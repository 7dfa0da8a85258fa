/** Words of a call record. */
import { t } from '@mobilecall/kit/i18n';
import type { CallRecord } from '../api';

/** The other party's number or address. */
export const addressOf = (call: CallRecord): string => (call.direction === 'inbound' ? call.fromNumber : call.toNumber);

export const isMissed = (call: CallRecord): boolean =>
  call.direction === 'inbound' && (call.status === 'no-answer' || call.status === 'canceled');

/** How the call went, in a word or two. */
export function statusWords(call: CallRecord): string {
  const incoming = call.direction === 'inbound';
  switch (call.status) {
    case 'queued':
    case 'initiated':
    case 'ringing':
    case 'in-progress':
      return t('disposition-ongoing');
    case 'completed':
      return incoming ? t('disposition-answered-incoming') : t('disposition-answered-outgoing');
    case 'busy':
      return incoming ? t('disposition-declined-incoming') : t('disposition-declined-outgoing');
    case 'no-answer':
    case 'canceled':
      return incoming ? t('disposition-missed') : t('disposition-unanswered');
    case 'failed':
      return t('disposition-failed');
  }
}
