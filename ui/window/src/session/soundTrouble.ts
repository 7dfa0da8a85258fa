/** What keeps calls from being heard, in few words. */
import type { SoundView } from '../ipc';
import { t } from '@mobilecall/kit/i18n';

export function soundTrouble({ microphone, speaker }: SoundView): string | null {
  if (microphone === 'missing' && speaker === 'missing') return t('status-no-sound');
  if (microphone === 'missing') return t('status-no-microphone');
  if (speaker === 'missing') return t('status-no-speaker');
  if (microphone === 'failed') return t('status-microphone-fails');
  if (speaker === 'failed') return t('status-speaker-fails');
  return null;
}
