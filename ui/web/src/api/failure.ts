/** What can go wrong with a request, and the words for it. */
import { number } from '@mobilecall/kit/format';
import { t } from '@mobilecall/kit/i18n';
import type { ErrorBody, ErrorCode } from '.';

export interface Failure {
  /** The server's code, or that it was not reached. */
  readonly code: ErrorCode | 'unreachable';
  /** Seconds after which another try may succeed, if the server said so. */
  readonly retryAfter: number | null;
}

/** What a request came to. */
export type Outcome<Data> = { data: Data; response: Response; failure: null } | { failure: Failure };

interface Answer<Data> {
  data?: Data;
  error?: ErrorBody;
  response: Response;
}

/** Waits for an answer and tells good from bad, also when none comes. */
export async function outcome<Data>(asked: Promise<Answer<Data>>): Promise<Outcome<Data>> {
  let answer: Answer<Data>;
  try {
    answer = await asked;
  } catch {
    // `fetch` rejects when there is no answer; what it says then is not for people.
    return { failure: { code: 'unreachable', retryAfter: null } };
  }
  const { data, error, response } = answer;
  if (response.ok) return { data: data as Data, response, failure: null };
  const seconds = Number(response.headers.get('retry-after'));
  // A proxy before the server answers without a code.
  return { failure: { code: error?.code ?? 'unavailable', retryAfter: seconds > 0 ? seconds : null } };
}

/** The words for a failure: what happened and what to do. */
export function failureWords({ code, retryAfter }: Failure): string {
  switch (code) {
    case 'wrong_credentials':
      return t('error-wrongCredentials');
    case 'unauthenticated':
      return t('error-sessionExpired');
    case 'too_many_requests':
      return retryAfter === null ? t('error-serverBusy') : t('error-tooManyTries', { seconds: number(retryAfter) });
    case 'unreachable':
      return t('web-server-unreachable');
    case 'internal':
    case 'unavailable':
      return t('error-serverBusy');
    case 'bad_request':
    case 'conflict':
    case 'forbidden':
    case 'misdirected_request':
    case 'not_found':
    case 'too_large':
    case 'unprocessable':
      return t('web-refused');
  }
}
