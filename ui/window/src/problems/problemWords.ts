/** The words of a failure in the agent's language. */
import type { Failure } from '../ipc';
import { t } from '@mobilecall/kit/i18n';

/** Values that a sentence may name; one that the engine did not give reads as a dash instead of a placeholder. */
const values = ['url', 'seconds', 'character', 'place', 'region', 'device', 'role', 'cause', 'line', 'kind', 'detail', 'path', 'setting', 'who', 'advice', 'access', 'folder', 'reason', 'code', 'relay'];

/** Those that are numbers, and are written in the digits of the language. */
const counts = ['seconds', 'place'];

/** What Twilio means by one of its codes, and what to do about it. */
function twilioWords({ params }: Failure): string {
  const { code = '–', remedy } = params;
  if (!remedy) return t('error-twilio', { code });
  return t('twilio-code', { code, cause: t(`twilio-error-${code}`), remedy: t(`twilio-remedy-${remedy}`) });
}

export function problemWords(failure: Failure): string {
  if (failure.code === 'twilio') return twilioWords(failure);
  const unknown = Object.fromEntries(values.map((name) => [name, '–']));
  const counted = Object.fromEntries(counts.flatMap((name) => (/^\d+$/.test(failure.params[name] ?? '') ? [[name, Number(failure.params[name])]] : [])));
  const words = t(`error-${failure.code}`, { ...unknown, ...failure.params, ...counted });
  const lost = failure.params['lost'];
  return lost ? `${words} ${t('problem-entries-lost', { lost })}` : words;
}
