import { describe, expect, test } from 'vitest';
import { actionOf, digitOf, type KeyAction } from './keys';

type Keys = Parameters<typeof actionOf>[0];
const press = (change: Partial<Keys>): Keys => ({
  key: '',
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...change,
});

const cases: [string, Partial<Keys>, KeyAction | null, KeyAction | null][] = [
  ['Enter', { key: 'Enter' }, 'answer', null],
  ['Esc', { key: 'Escape' }, 'escape', 'escape'],
  ['Ctrl+.', { key: '.', code: 'Period', ctrlKey: true }, 'hangUp', 'hangUp'],
  ['M', { key: 'm', code: 'KeyM' }, 'mute', null],
  ['M on an Arabic keyboard', { key: 'ة', code: 'KeyM' }, 'mute', null],
  ['H', { key: 'h', code: 'KeyH' }, 'hold', null],
  ['Ctrl+R', { key: 'r', code: 'KeyR', ctrlKey: true }, 'redial', 'redial'],
  ['Ctrl+K', { key: 'k', code: 'KeyK', ctrlKey: true }, 'search', 'search'],
  ['/', { key: '/', code: 'Slash' }, 'search', null],
  ['?', { key: '?', code: 'Slash', shiftKey: true }, 'listKeys', null],
  ['؟', { key: '؟', code: 'Slash', shiftKey: true }, 'listKeys', null],
  ['Ctrl+Tab', { key: 'Tab', ctrlKey: true }, 'nextCall', 'nextCall'],
  ['Ctrl+0', { key: '0', code: 'Digit0', ctrlKey: true }, 'backToCall', 'backToCall'],
  ['Ctrl+Q', { key: 'q', code: 'KeyQ', ctrlKey: true }, 'quit', 'quit'],
  ['Ctrl+V', { key: 'v', code: 'KeyV', ctrlKey: true }, 'paste', null],
  ['Shift+Insert', { key: 'Insert', code: 'Insert', shiftKey: true }, 'paste', null],
  ['Insert', { key: 'Insert', code: 'Insert' }, null, null],
  ['Ctrl+V on an Arabic keyboard', { key: 'ر', code: 'KeyV', ctrlKey: true }, 'paste', null],
  ['M where AZERTY has it', { key: 'm', code: 'Semicolon' }, 'mute', null],
  ['what AZERTY has in its place', { key: ',', code: 'KeyM' }, null, null],
  ['H on a Persian keyboard', { key: 'ا', code: 'KeyH' }, 'hold', null],
  ['Ctrl+R on an Arabic keyboard', { key: 'ق', code: 'KeyR', ctrlKey: true }, 'redial', 'redial'],
  ['Ctrl+K on an Arabic keyboard', { key: 'ن', code: 'KeyK', ctrlKey: true }, 'search', 'search'],
  ['Ctrl+. on an Arabic keyboard', { key: 'ز', code: 'Period', ctrlKey: true }, 'hangUp', 'hangUp'],
  ['/ on an Arabic keyboard', { key: 'ظ', code: 'Slash' }, 'search', null],
  ['- where German boards have it', { key: '-', code: 'Slash' }, null, null],
  ['Space', { key: ' ', code: 'Space' }, 'pushToMute', null],
  ['Alt+M', { key: 'm', code: 'KeyM', altKey: true }, null, null],
  ['Ctrl+Shift+R', { key: 'R', code: 'KeyR', ctrlKey: true, shiftKey: true }, null, null],
];

describe('actionOf', () => {
  test.each(cases)('%s', (_, keys, free, typing) => {
    expect(actionOf(press(keys), false)).toBe(free);
    expect(actionOf(press(keys), true)).toBe(typing);
  });
});

test.each([
  ['5', '5'],
  ['*', '*'],
  ['٥', '5'],
  ['۵', '5'],
  ['a', null],
  ['Enter', null],
])('the digit of %s is %s', (key, digit) => {
  expect(digitOf(key)).toBe(digit);
});
