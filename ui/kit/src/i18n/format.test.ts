import { beforeEach, describe, expect, test } from 'vitest';
import { daysAgo, duration, readableAddress, timeOfDay } from './format';
import { i18n } from './i18n.svelte';
import type { Locale } from './locales';

beforeEach(() => {
  i18n.locale = 'en';
});

test.each<[Locale, number, string]>([
  ['en', 0, '00:00'],
  ['en', 65.9, '01:05'],
  ['en', 3725, '1:02:05'],
  ['en', -3, '00:00'],
  ['ar', 65, '01:05'],
  ['fa', 65, '۰۱:۰۵'],
])('in %s %d seconds are %s', (locale, seconds, expected) => {
  i18n.locale = locale;
  expect(duration(seconds)).toBe(expected);
});

test.each([
  ['+966501234567', '+966 50 123 4567'],
  ['+989121234567', '+98 912 123 4567'],
  ['+4930901820', '+4930901820'],
  ['client:sara', 'sara'],
  ['*43', '*43'],
  ['100', '100'],
])('%s reads %s', (address, expected) => {
  expect(readableAddress(address)).toBe(expected);
});

describe('days', () => {
  const noon = new Date(2026, 10, 21, 12, 0).getTime();
  test('count local midnights, not spans of 24 hours', () => {
    expect(daysAgo(new Date(2026, 10, 21, 0, 1).getTime(), noon)).toBe(0);
    expect(daysAgo(new Date(2026, 10, 20, 23, 59).getTime(), noon)).toBe(1);
    expect(daysAgo(new Date(2026, 10, 19, 23, 59).getTime(), noon)).toBe(2);
  });
  test('are written on the 24 hour clock', () => {
    expect(timeOfDay(new Date(2026, 10, 21, 17, 5).getTime())).toBe('17:05');
  });
});
