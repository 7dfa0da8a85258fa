import { i18n } from '@mobilecall/kit/i18n';
import { beforeEach, expect, test } from 'vitest';
import { failureWords, outcome } from '../api/failure';
import { addressOf, isMissed, statusWords } from '../start/callWords';
import { nextCursor } from '../start/link';
import { call, refusal } from './fakeServer';

beforeEach(() => {
  i18n.locale = 'en';
});

test.each([
  [null, null],
  ['</api/calls?cursor=a%2Bb&limit=50>; rel="next"', 'a+b'],
  ['</api/calls?cursor=a>; rel="prev"', null],
])('the link %s leads to %s', (link, cursor) => {
  expect(nextCursor(link)).toBe(cursor);
});

test.each([
  ['inbound', 'completed', 'Incoming', false],
  ['outbound', 'completed', 'Outgoing', false],
  ['inbound', 'canceled', 'Missed', true],
  ['inbound', 'no-answer', 'Missed', true],
  ['outbound', 'canceled', 'No answer', false],
  ['inbound', 'busy', 'Declined', false],
  ['outbound', 'busy', 'Busy or declined', false],
  ['outbound', 'failed', 'Failed', false],
  ['inbound', 'ringing', 'Now', false],
] as const)('a call %s and %s is "%s"', (direction, status, words, missed) => {
  expect(statusWords(call({ direction, status }))).toBe(words);
  expect(isMissed(call({ direction, status }))).toBe(missed);
});

test('the address is the other party’s', () => {
  expect(addressOf(call({ direction: 'inbound', fromNumber: '200', toNumber: '101' }))).toBe('200');
  expect(addressOf(call({ direction: 'outbound', fromNumber: '101', toNumber: '200' }))).toBe('200');
});

test('a refusal brings its code and the time to wait; a proxy without a code counts as a busy server', async () => {
  const asked = async (response: Response): Promise<unknown> => {
    const body = response.headers.get('content-type')?.includes('json') ? await response.clone().json() : undefined;
    return (await outcome(Promise.resolve({ error: body, response }))).failure;
  };
  expect(await asked(refusal(429, 'too_many_requests', { 'retry-after': '6' }))).toEqual({ code: 'too_many_requests', retryAfter: 6 });
  expect(await asked(new Response('<h1>Bad gateway', { status: 502 }))).toEqual({ code: 'unavailable', retryAfter: null });
  expect(failureWords({ code: 'too_many_requests', retryAfter: 6 }).replace(/[\u2066-\u2069]/g, '')).toContain('Wait 6 seconds');
});
