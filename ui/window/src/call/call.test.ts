/** What a call costs the window while nothing happens in it. */
import { cleanup, render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { goodQuality } from '../platform/fake/fixtures';
import CallTimer from './CallTimer.svelte';
import QualityLine from './QualityLine.svelte';

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(1_000_000_400);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('the timer wakes once a second, when the second is full', () => {
  const waited = vi.spyOn(globalThis, 'setTimeout');
  const repeated = vi.spyOn(globalThis, 'setInterval');
  render(CallTimer, { answeredAtMs: 1_000_000_000 - 134_000 });
  const timer = screen.getByTestId('call-timer');
  const shows = (text: string): void => {
    flushSync();
    expect(timer.textContent).toBe(text);
  };
  shows('02:14');
  vi.advanceTimersByTime(599);
  shows('02:14');
  vi.advanceTimersByTime(1);
  shows('02:15');
  waited.mockClear();
  vi.advanceTimersByTime(10_000);
  shows('02:25');
  expect([waited.mock.calls.length, repeated.mock.calls.length]).toEqual([10, 0]);
});

test('a timer of what is still to come waits at zero', () => {
  render(CallTimer, { answeredAtMs: 1_000_000_400 + 2500 });
  vi.advanceTimersByTime(2499);
  flushSync();
  expect(screen.getByTestId('call-timer').textContent).toBe('00:00');
  vi.advanceTimersByTime(1001);
  flushSync();
  expect(screen.getByTestId('call-timer').textContent).toBe('00:01');
});

test('figures that nobody sees are not made', async () => {
  const made = vi.spyOn(Intl.NumberFormat.prototype as { format: unknown }, 'format', 'get');
  const { rerender, container } = render(QualityLine, { quality: goodQuality });
  await rerender({ quality: { ...goodQuality, jitterMs: 7 } });
  expect(container.querySelectorAll('dd')).toHaveLength(0);
  expect(made).not.toHaveBeenCalled();
  screen.getByTestId('call-quality').click();
  flushSync();
  expect(container.querySelectorAll('dd')).toHaveLength(5);
});

test('a format of numbers is made once', () => {
  const made = vi.spyOn(Intl, 'NumberFormat');
  render(CallTimer, { answeredAtMs: 1_000_000_000 });
  flushSync();
  made.mockClear();
  vi.advanceTimersByTime(60_000);
  flushSync();
  expect(screen.getByTestId('call-timer').textContent).toBe('01:00');
  expect(made).not.toHaveBeenCalled();
});
