/** Who is named among the missed calls, while the history is asked and after. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { HistoryEntry, Reply } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { history } from '../platform/fake/fixtures';
import { MissedNews } from './missedNews.svelte';

let missed: MissedNews;
/** What the history was asked and has not answered. */
let questions: ((reply: Reply) => void)[];

beforeEach(() => {
  questions = [];
  const host = new FakeHost();
  vi.spyOn(host, 'send').mockImplementation(() => new Promise((resolve) => questions.push(resolve)));
  missed = new MissedNews(host);
});

const entry = (id: string): HistoryEntry => ({ ...(history()[0] as HistoryEntry), id });
/** The history answers the question that was asked first of those that wait. */
async function answer(...ids: string[]): Promise<void> {
  questions.shift()?.({ type: 'history', page: { entries: ids.map(entry), next: null } });
  await new Promise(setImmediate);
}
const named = (): string | null => missed.latest?.id ?? null;

test('nobody is named while it is asked who that is', async () => {
  missed.changed(1);
  expect(named()).toBeNull();
  await answer('a');
  expect(named()).toBe('a');
  missed.changed(2);
  expect(named()).toBeNull();
  await answer('b', 'a');
  expect(named()).toBe('b');
});

test('whoever is named stays when other rows of the history change', async () => {
  missed.changed(1);
  await answer('a');
  missed.changed(1);
  expect(named()).toBe('a');
});

test('an answer that comes late brings nobody back', async () => {
  missed.changed(1);
  missed.changed(0);
  await answer('old');
  missed.changed(1);
  expect(named()).toBeNull();
});

test('an answer to the question before the last is dropped', async () => {
  missed.changed(1);
  missed.changed(2);
  await answer('a');
  expect(named()).toBeNull();
  await answer('b', 'a');
  expect(named()).toBe('b');
});

test('the newest is named of those that were not put away, whichever those are', async () => {
  missed.changed(3);
  await answer('c', 'b', 'a');
  missed.putAway(['c']);
  expect([missed.count, named()]).toEqual([2, 'b']);
  missed.putAway(['a', 'c']);
  expect([missed.count, named()]).toEqual([1, 'b']);
  missed.putAwayAll();
  expect([missed.count, named()]).toEqual([0, null]);
  missed.changed(4);
  await answer('d', 'c', 'b', 'a');
  expect([missed.count, named()]).toEqual([1, 'd']);
});

test('all can be put away before it is known who they are', async () => {
  missed.changed(2);
  missed.putAwayAll();
  missed.changed(4);
  await answer('b', 'a');
  await answer('d', 'c', 'b', 'a');
  missed.putAway(['d']);
  expect([missed.count, named()]).toEqual([1, 'c']);
});
