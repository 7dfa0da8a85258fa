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
  ['lineNotReady', { line: 'direct' }, 'You are not connected yet. Wait until the status says “Ready”, or connect.'],
  ['lineNotReady', { line: 'sip' }, 'This line is not ready yet. Wait, or choose another one.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', adds: 'administrator' }, 'Phone numbers first need a line to the phone network. Your administrator can set one up.'],
  ['unsupportedAddress', { line: 'direct', kind: 'phone', adds: 'agent' }, 'Phone numbers first need a line to the phone network. Add one in the settings; your administrator has its data.'],
  ['unsupportedAddress', { line: 'twilio', kind: 'sip' }, 'SIP addresses cannot be called on this line. Type a number, an extension or a name.'],
])('%s with %j', (code, params, words) => {
  // The library isolates values, so that they stay in order in Arabic.
  expect(problemWords({ code, message: '', params }).replaceAll(/[\u2068\u2069]/g, '')).toBe(words);
});
