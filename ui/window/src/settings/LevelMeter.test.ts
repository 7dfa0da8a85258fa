import { cleanup, render, screen } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Levels } from '../ipc';
import LevelMeter from './LevelMeter.svelte';

const loud: Levels = { input: 0.5, output: 0 };
let asked: boolean[];
let rerender: (props: { levels: Levels }) => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  ({ rerender } = render(LevelMeter, { levels: loud, onToggle: (on: boolean) => asked.push(on) }));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const press = (): void => flushSync(() => screen.getByTestId('level-toggle').click());
const shown = (): string | null => screen.getByTestId('level-meter').getAttribute('aria-valuenow');
const words = (): string => screen.getByTestId('level-toggle').textContent.trim();
function show(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  flushSync(() => document.dispatchEvent(new Event('visibilitychange')));
}

test('a window that is put away does not listen, and goes on when it is back', () => {
  press();
  show('hidden');
  expect([asked, shown()]).toEqual([[true, false], '0']);
  vi.advanceTimersByTime(60_000);
  show('visible');
  expect([asked, shown(), words()]).toEqual([[true, false, true], '50', 'Stop']);
});

test('a window that comes back listens to nothing that was not asked for', () => {
  show('hidden');
  show('visible');
  expect(asked).toEqual([]);
});

test('stops by itself when no levels come, and one press starts it again', async () => {
  press();
  for (let second = 0; second < 10; second += 1) {
    vi.advanceTimersByTime(1000);
    await rerender({ levels: { ...loud } });
  }
  expect(words()).toBe('Stop');
  vi.advanceTimersByTime(5000);
  flushSync();
  expect([asked, shown(), words()]).toEqual([[true, false], '0', 'Test']);
  press();
  expect(asked.at(-1)).toBe(true);
});
