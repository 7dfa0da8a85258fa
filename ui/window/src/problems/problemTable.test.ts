import { expect, test } from 'vitest';
import type { ErrorCode } from '../ipc';
import { actionFor, type ProblemAction } from './problemTable';

test.each<[ErrorCode, Record<string, string>, ProblemAction | undefined]>([
  ['lineNotReady', { line: 'direct' }, 'connect'],
  // To connect is for the server's line; another one comes back by itself.
  ['lineNotReady', { line: 'twilio' }, undefined],
  ['lineNotReady', { line: 'sip' }, undefined],
  ['serverUnreachable', { url: 'https://calls.example.com' }, 'connect'],
  ['noMicrophone', {}, 'settings'],
  ['wrongCredentials', {}, undefined],
])('for %s with %j one can %s', (code, params, action) => {
  expect(actionFor({ code, message: '', params })).toBe(action);
});
