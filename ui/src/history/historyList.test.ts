import { expect, test, vi } from 'vitest';
import type { HistoryEntry } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { history } from '../platform/fake/fixtures';
import { byDay } from './days';
import { HistoryList } from './historyList.svelte';

const many = (count: number): HistoryEntry[] => {
  const [first] = history();
  return Array.from({ length: count }, (_, index) => ({ ...(first as HistoryEntry), id: String(index) }));
};

test('goes on where the page ended, and reloads as many rows as are shown', async () => {
  const host = new FakeHost({}, many(120));
  const list = new HistoryList(host);
  await list.reload();
  expect(list.entries).toHaveLength(50);
  await list.more();
  expect(list.entries).toHaveLength(100);
  await list.reload();
  expect(host.sent('history').at(-1)?.query.limit).toBe(100);
  expect(list.entries).toHaveLength(100);
});

test('drops the answer to a question that is no longer asked', async () => {
  const host = new FakeHost();
  const list = new HistoryList(host);
  let release = (): void => {};
  host.gate = new Promise((resolve) => (release = resolve));
  const old = list.reload();
  list.filter = 'missed';
  const fresh = list.reload();
  release();
  await Promise.all([old, fresh]);
  expect(list.entries.every(({ disposition }) => disposition === 'missed')).toBe(true);
});

test('says why it could not be loaded, and recovers', async () => {
  const host = new FakeHost();
  host.refuse.set('history', { code: 'databaseUnreadable', message: '', params: { path: '/x' } });
  const list = new HistoryList(host);
  await list.reload();
  expect(list.failure?.code).toBe('databaseUnreadable');
  host.refuse.clear();
  await list.reload();
  expect(list.failure).toBeNull();
  expect(list.entries.length).toBeGreaterThan(0);
});

test('waits for a pause in typing before it searches', async () => {
  vi.useFakeTimers();
  const host = new FakeHost();
  const list = new HistoryList(host);
  for (const text of ['s', 'sa', 'sar']) list.search(text);
  await vi.runAllTimersAsync();
  expect(host.sent('history').map(({ query }) => query.text)).toEqual(['sar']);
  vi.useRealTimers();
});

test('puts rows under their local days, in order', () => {
  const at = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime();
  const [first] = history();
  const entries = [at(21, 9), at(21, 1), at(20, 23)].map((startedAtMs, index) => ({ ...(first as HistoryEntry), id: String(index), startedAtMs }));
  expect(byDay(entries).map((day) => [new Date(day.atMs).getDate(), day.entries.length])).toEqual([[21, 2], [20, 1]]);
});
