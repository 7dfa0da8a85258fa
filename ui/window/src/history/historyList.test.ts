import { expect, test, vi } from 'vitest';
import type { HistoryEntry } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { history } from '../platform/fake/fixtures';
import { byDay } from '@mobilecall/kit/days';
import { HistoryList } from './historyList.svelte';

const many = (count: number): HistoryEntry[] => {
  const [first] = history();
  return Array.from({ length: count }, (_, index) => ({ ...(first as HistoryEntry), id: String(index) }));
};

const ids = (list: HistoryList): string[] => list.entries.map(({ id }) => id);
const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => String(from + index));

/** A list that was scrolled until it shows so many rows. */
async function scrolled(host: FakeHost, rows: number): Promise<HistoryList> {
  const list = new HistoryList(host);
  await list.reload();
  while (list.entries.length < rows) await list.more();
  return list;
}

test('goes on where the page ended, and reloads as many rows as are shown', async () => {
  const host = new FakeHost({}, many(120));
  const list = await scrolled(host, 100);
  expect(list.entries).toHaveLength(100);
  await list.reload();
  expect(host.sent('history').at(-1)?.query.limit).toBe(100);
  expect(list.entries).toHaveLength(100);
});

test('keeps the place in a long list when something changes, and goes on from there', async () => {
  const rows = many(410);
  const host = new FakeHost({}, rows.slice(1));
  const list = await scrolled(host, 300);
  const asked = host.commands.length;
  host.entries = rows.map((row) => (row.id === '5' ? { ...row, synced: false } : row));
  await list.reload();
  expect(host.commands.length - asked).toBe(1);
  expect(ids(list)).toEqual(range(0, 301));
  expect(list.entries.find(({ id }) => id === '5')?.synced).toBe(false);
  while (list.next !== null) await list.more();
  expect(ids(list)).toEqual(range(0, 410));
});

test('leaves no gap when more rows are new than one question brings', async () => {
  const rows = many(900);
  const host = new FakeHost({}, rows.slice(350));
  const list = await scrolled(host, 450);
  host.entries = rows;
  await list.reload();
  expect(ids(list)).toEqual(range(0, list.entries.length));
  expect(list.entries.length).toBeGreaterThanOrEqual(450);
  while (list.next !== null) await list.more();
  expect(ids(list)).toEqual(range(0, 900));
});

test('keeps no rows of another search', async () => {
  const rows = many(120).map((row, index) => ({ ...row, name: index % 2 ? 'Sara' : 'Omar' }));
  const host = new FakeHost({}, rows);
  const list = await scrolled(host, 120);
  list.text = 'sara';
  await list.reload();
  expect(new Set(list.entries.map(({ name }) => name))).toEqual(new Set(['Sara']));
});

test('a page that is asked for while the list reloads does not undo the reload', async () => {
  const rows = many(120);
  const host = new FakeHost({}, rows.slice(1));
  const list = await scrolled(host, 50);
  host.entries = rows;
  await Promise.all([list.reload(), list.more()]);
  expect(ids(list)[0]).toBe('0');
});

test.each([
  ['in front', 'visible', true, true],
  ['behind another program', 'visible', false, false],
  ['hidden', 'hidden', false, false],
] as const)('missed calls count as seen only by one who can look: window %s', async (_, visibility, focused, seen) => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  vi.spyOn(document, 'hasFocus').mockReturnValue(focused);
  const host = new FakeHost();
  await new HistoryList(host).reload();
  expect(host.sent('history').map(({ query }) => query.seen)).toEqual([seen]);
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
  expect(byDay(entries, (entry) => entry.startedAtMs).map((day) => [new Date(day.atMs).getDate(), day.entries.length])).toEqual([[21, 2], [20, 1]]);
});
