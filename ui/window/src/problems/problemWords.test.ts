import { expect, test } from 'vitest';
import type { ErrorCode } from '../ipc';
import { problemWords } from './problemWords';

test.each<[ErrorCode, Record<string, string>, string]>([
  ['deviceLost', { role: 'microphone', device: 'Jabra' }, 'The microphone “Jabra” was unplugged. Another one is used if there is one.'],
  ['deviceInUse', { role: 'speaker', device: 'Jabra' }, 'The speaker is “Jabra” now.'],
  ['deviceFound', { role: 'microphone', device: 'Jabra' }, 'The microphone “Jabra” was plugged in. To use it, choose it in the settings.'],
  ['deviceMissing', { role: 'speaker', device: 'Built-in' }, 'The speaker you chose is not plugged in. “Built-in” is used instead.'],
  ['audioFailed', { role: 'microphone', cause: 'busy' }, 'Another program is using the microphone. Close it, or choose another microphone in the settings.'],
  ['audioFailed', { role: 'speaker', cause: 'other' }, 'The speaker could not be opened. Plug it in again, or choose another one in the settings.'],
  ['historyDamaged', { path: '/c' }, 'The call history on this computer was damaged. It is fetched from the server again, and calls go on. The damaged file is kept as /c.'],
  ['historyDamaged', { path: '/c', lost: '2' }, 'The call history on this computer was damaged. It is fetched from the server again, and calls go on. The damaged file is kept as /c. Entries that could not be taken over: 2.'],
  ['databaseNotWritable', { path: '/c', access: 'write' }, 'The file /c cannot be written. Give your user the right to write to it and to its folder, and check the disk.'],
  ['databaseNotWritable', { path: '/c', access: 'all' }, 'The file /c cannot be read or cannot be written. Give your user the right to read and to write it and its folder, and check the disk.'],
  ['twilio', { code: '31486', remedy: 'try-later' }, 'The called party is busy. Try again later. (Twilio 31486)'],
  ['twilio', { code: '99999' }, 'Twilio reports the error 99999, which this version does not know. Look it up at twilio.com/docs/api/errors/99999.'],
  ['lineNotReady', { line: 'direct' }, 'You are not connected yet. Wait until the status says “Ready”, or connect.'],
  ['lineNotReady', { line: 'sip' }, 'This line is not ready yet. Wait, or choose another one.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'askAdministrator' }, 'Phone numbers first need a line to the phone network. Your administrator can set one up.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'addLine' }, 'Phone numbers first need a line to the phone network. Add one in the settings; your administrator has its data.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'signIn' }, 'This computer’s server connects colleagues only. To call phone numbers, sign in to your company’s server.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'addLineOrSignIn' }, 'This computer’s server connects colleagues only. Sign in to your company’s server, or add a line in the settings.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'chooseLine' }, 'Phone numbers cannot be called on this line. Choose another line.'],
  ['unsupportedAddress', { line: 'twilio', kind: 'sip', advice: 'chooseLine' }, 'SIP addresses cannot be called on this line. Choose another line.'],
  ['unsupportedAddress', { line: 'direct', kind: 'sip', advice: 'callElse' }, 'You can call colleagues only here, not SIP addresses. Type an extension or a name.'],
  ['unsupportedAddress', { line: 'none', kind: 'sip', advice: 'callElse' }, 'None of your lines can call SIP addresses. Type a number, an extension or a name.'],
  ['unsupportedAddress', { line: 'twilio', kind: 'sip', advice: 'callElse' }, 'SIP addresses cannot be called on this line. Type a number, an extension or a name.'],
])('%s with %j', (code, params, words) => {
  // The library isolates values, so that they stay in order in Arabic.
  expect(problemWords({ code, message: '', params }).replaceAll(/[\u2068\u2069]/g, '')).toBe(words);
});
