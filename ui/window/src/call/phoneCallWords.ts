/** What is said of a call by way of the agent's own phone. */
import type { Failure, HistoryEntry, PhoneCallStage } from '../ipc';
import { dispositionWords } from '../history/dispositionWords';
import { problemWords } from '../problems/problemWords';
import { t } from '@mobilecall/kit/i18n';

/** The stages that such a call goes through when all goes well. */
export const STEPS = ['ringsHere', 'answeredHere', 'ringsThere', 'talking'] as const;

/** How many of these are behind it or under way. */
export function stepsTaken(stage: PhoneCallStage): number {
  return STEPS.findIndex((step) => step === stage.type) + 1;
}

export const isPhoneCallOver = (stage: PhoneCallStage): boolean => stage.type === 'ended' || stage.type === 'refused';

export function stageWords(stage: PhoneCallStage): string {
  switch (stage.type) {
    case 'ended':
      return t('phone-call-ended', { how: endWords(stage.disposition) });
    case 'refused':
      return refusalWords(stage.failure);
    case 'asked':
    case 'ringsHere':
    case 'answeredHere':
    case 'ringsThere':
    case 'talking':
      return t(`phone-call-stage-${stage.type}`);
  }
}

/** With the provider's number, by which its manual says more. */
function refusalWords(failure: Failure): string {
  const code = failure.params['code'];
  return code ? `${problemWords(failure)} ${t('phone-call-code', { code })}` : problemWords(failure);
}

function endWords(disposition: HistoryEntry['disposition']): string {
  return disposition === 'answered' ? t('phone-call-talked') : dispositionWords({ disposition, direction: 'outgoing' });
}
