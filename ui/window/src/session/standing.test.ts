import { expect, test } from 'vitest';
import { line, pbxLine, snapshot } from '../platform/fake/fixtures';
import { serverWords, standingOf, standingOfAll } from './standing';

const registering = (attempt: number, reachable: boolean) =>
  standingOf(
    snapshot({
      server: { embedded: false, url: 'https://calls.example.com', reachable, portTaken: null },
      lines: [line({ registration: { state: 'registering', attempt } })],
    }),
  );

test('a server out of reach is named, and need not be waited for', () => {
  expect(registering(2, false)).toMatchObject({ kind: 'connecting', words: 'Server not reachable', canConnect: true });
});

test('the first attempt is just connecting', () => {
  expect(registering(0, false)).toMatchObject({ words: 'Connecting…', canConnect: false });
  expect(registering(2, true)).toMatchObject({ kind: 'connecting', canConnect: false });
});

test('the connection stands as the line of the server does, wherever that is in the list', () => {
  const down = line({ registration: { state: 'registering', attempt: 0 } });
  expect(standingOf(snapshot({ lines: [pbxLine, down] })).kind).toBe('connecting');
  expect(standingOf(snapshot({ lines: [pbxLine] })).kind).toBe('ready');
});

test.each([
  [{ embedded: true, url: 'http://127.0.0.1:4000', portTaken: null }, 'This computer'],
  [{ embedded: true, url: 'http://127.0.0.1:4003', portTaken: 4000 }, 'This computer, port 4003'],
  [{ embedded: true, url: '', portTaken: null }, 'This computer'],
  [{ embedded: false, url: 'https://calls.example.com', portTaken: null }, 'calls.example.com'],
])('the server %j is called %s', (server, words) => {
  expect(serverWords({ reachable: true, ...server }).replaceAll(/[\u2068\u2069]/g, '')).toBe(words);
});

test('without any line there is nothing to connect', () => {
  expect(standingOf(snapshot({ lines: [] }))).toMatchObject({ kind: 'off', canConnect: false });
});

test.each([
  ['there', 'there', 'Ready'],
  ['missing', 'there', 'No microphone'],
  ['there', 'missing', 'No speaker'],
  ['missing', 'missing', 'No microphone, no speaker'],
  ['there', 'failed', 'Speaker fails'],
  ['failed', 'missing', 'No speaker'],
] as const)('with the microphone %s and the speaker %s it says: %s', (microphone, speaker, words) => {
  const sound = { backend: 'pulseAudio', microphone, speaker } as const;
  expect(standingOfAll(snapshot({ sound }))).toMatchObject({ kind: words === 'Ready' ? 'ready' : 'soundless', words });
});

test('what keeps calls from coming at all is said before what keeps them from being heard', () => {
  const sound = { backend: 'alsa', microphone: 'missing', speaker: 'missing' } as const;
  const lines = [line({ registration: { state: 'registering', attempt: 0 } })];
  expect(standingOfAll(snapshot({ sound, lines })).kind).toBe('connecting');
});
