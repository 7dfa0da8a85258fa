/** Words of a call: who it is with, how it stands, why it ended. */
import { nameOfTarget } from '../dialer/targetWords';
import type { CallView, Quality } from '../ipc';
import { problemWords } from '../problems/problemWords';
import { number, percent, readableAddress } from '@mobilecall/kit/format';
import { t } from '@mobilecall/kit/i18n';

/** The name to show large: the known name, else the address. */
export const whoOf = (call: Pick<CallView, 'name' | 'address'>): string =>
  nameOfTarget(call) ?? (readableAddress(call.address) || t('call-unknown'));

/** Whether the address should stand under the name. */
export const hasName = (call: Pick<CallView, 'name' | 'address'>): boolean => nameOfTarget(call) !== null;

export const stateWords = (call: CallView): string =>
  call.held && call.state === 'active' ? t('call-state-held') : t(`call-state-${call.state}`);

/** Why it ended; what the provider says of it is more than the reason. */
export function endWords(call: Pick<CallView, 'end' | 'why'>): string {
  if (call.why) return problemWords(call.why);
  return call.end ? t(`end-${call.end}`) : t('call-state-ended');
}

/** So many have room in the narrowest window, whichever they are. */
const DIGITS_IN_SIGHT = 16;

/** Of a long row of digits the newest, none of them cut. */
export const newestDigits = (digits: string): string => (digits.length > DIGITS_IN_SIGHT ? `…${digits.slice(-DIGITS_IN_SIGHT)}` : digits);

// Limits above which Twilio's SDK warns; see "Quality figures" in the product notes.
const LOSS_PERCENT = 1;
const ROUND_TRIP_MS = 400;
const JITTER_MS = 30;

/** What is wrong with the sound right now, in plain words; nothing while all is well. */
export const warningWords = (call: Pick<CallView, 'warnings'>): string | null =>
  call.warnings?.[0] ? t(`quality-warning-${call.warnings[0]}`) : null;

/** Why the sound is not good, in plain words; nothing while it is. */
export function qualityCause(quality: Quality): string | null {
  if (quality.label !== 'poor' && quality.label !== 'fair') return null;
  if (quality.lossPercent > LOSS_PERCENT) return t('quality-why-loss', { percent: percent(quality.lossPercent) });
  if (quality.rttMs !== null && quality.rttMs > ROUND_TRIP_MS) {
    return t('quality-why-delay', { ms: number(quality.rttMs / 2) });
  }
  if (quality.jitterMs > JITTER_MS) return t('quality-why-jitter', { ms: number(quality.jitterMs) });
  return null;
}
