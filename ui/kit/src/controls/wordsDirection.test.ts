import { expect, test } from 'vitest';
import { wordsDirection } from './wordsDirection';

test.each([
  ['Jabra Evolve2 40', 'ltr'],
  ['سماعة الرأس', 'rtl'],
  ['(پیش‌فرض)', 'rtl'],
  ['\u2068Jabra Evolve2 40\u2069 (پیش‌فرض)', 'rtl'],
  ['\u2068سماعة الرأس\u2069 (default)', 'ltr'],
  ['\u2068Jabra\u2069', undefined],
  ['4000', undefined],
  ['', undefined],
])('%j reads %s', (text, direction) => {
  expect(wordsDirection(text)).toBe(direction);
});
