import { accessibilityProblems } from '@mobilecall/kit/test/accessibility';
import { i18n } from '@mobilecall/kit/i18n';
import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { preferences } from '../frame/preferences.svelte';
import { Session } from '../session/session.svelte';
import Start from '../start/Start.svelte';
import { call, FakeServer } from './fakeServer';

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer().install();
  localStorage.clear();
  preferences.load();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(): { session: Session; person: ReturnType<typeof userEvent.setup> } {
  const session = new Session();
  render(Start, { session });
  return { session, person: userEvent.setup() };
}

async function signIn(person: ReturnType<typeof userEvent.setup>, password = 'right'): Promise<void> {
  await person.type(screen.getByTestId('sign-in-username'), 'sara');
  await person.type(screen.getByTestId('sign-in-password'), `${password}{Enter}`);
}

test('says that the password is wrong, and nothing of the server’s own words', async () => {
  const { person } = open();
  await signIn(person, 'wrong');
  expect(plain(await screen.findByTestId('sign-in-error'))).toContain('User name or password is wrong');
});

test('shows who is signed in and the calls, and keeps no token in the browser', async () => {
  const { person } = open();
  await signIn(person);
  const row = await screen.findByTestId('call-row');
  expect(plain(row)).toContain('+966 50 123 4567');
  expect(plain(screen.getByTestId('call-duration'))).toBe('01:05');
  expect(plain(screen.getByTestId('account-name'))).toBe('Sara Hassan');
  expect(JSON.stringify(Object.entries(localStorage))).not.toContain('token');
  expect(document.cookie).toBe('');
});

test('a page of calls leads to the next one', async () => {
  server.calls = [[call()], [call({ id: '0197a000-0000-7000-8000-000000000102' })]];
  const { person } = open();
  await signIn(person);
  await person.click(await screen.findByTestId('more'));
  await waitFor(() => expect(screen.getAllByTestId('call-row')).toHaveLength(2));
  expect(screen.queryByTestId('more')).toBeNull();
  expect(server.asked.at(-1)).toBe('GET /api/calls?cursor=1');
});

test('a token that ran out is exchanged once, and nobody notices', async () => {
  const { person, session } = open();
  await signIn(person);
  await screen.findByTestId('call-row');
  server.expire();
  const asked = await Promise.all([session.api.GET('/api/calls'), session.api.GET('/api/calls')]);
  expect(asked.map(({ response }) => response.status)).toEqual([200, 200]);
  expect(server.asked.filter((request) => request === 'POST /api/auth/refresh')).toHaveLength(1);
});

interface Overtaken {
  session: Session;
  release: () => void;
  late: Promise<{ response: Response }>;
}

describe('a renewal that outlives its session', () => {
  /** Signs out and in again while the answer to an exchange is on its way. */
  async function overtaken(ended: boolean): Promise<Overtaken> {
    const session = new Session();
    let release = (): void => {};
    await session.signIn('sara', 'right');
    server.gate = new Promise((resolve) => (release = resolve));
    server.expire({ session: ended });
    const late = session.api.GET('/api/calls');
    await waitFor(() => expect(server.asked).toContain('POST /api/auth/refresh'));
    await session.signOut();
    server.gate = null;
    server.expire({ session: true });
    await session.signIn('sara', 'right');
    return { session, release, late };
  }

  test.each([
    ['granted', false],
    ['refused', true],
  ])('and is %s leaves the next one as it is', async (_, ended) => {
    const { session, release, late } = await overtaken(ended);
    release();
    expect((await late).response.status).toBe(401);
    expect((await session.api.GET('/api/calls')).response.status).toBe(200);
    expect([session.user?.username, session.ended]).toEqual(['sara', false]);
  });

  test('does not stand in for one of the next session', async () => {
    const { session, release, late } = await overtaken(false);
    server.expire();
    const next = session.api.GET('/api/calls');
    await waitFor(() => expect(server.asked.filter((request) => request === 'POST /api/auth/refresh')).toHaveLength(2));
    release();
    expect((await late).response.status).toBe(401);
    expect((await next).response.status).toBe(200);
  });
});

test('what was asked before somebody else signed in is not asked again in their name', async () => {
  const session = new Session();
  let release = (): void => {};
  await session.signIn('sara', 'right');
  server.expire();
  server.held = new Promise((resolve) => (release = resolve));
  const late = session.api.GET('/api/calls');
  await waitFor(() => expect(server.asked).toContain('GET /api/calls'));
  const leaving = session.signOut();
  server.expire({ session: true });
  await session.signIn('omar', 'right');
  server.held = null;
  release();
  expect((await late).response.status).toBe(401);
  await leaving;
  expect(server.asked.filter((request) => request === 'GET /api/calls')).toHaveLength(1);
  expect(server.asked).not.toContain('POST /api/auth/refresh');
  expect((await session.api.GET('/api/calls')).response.status).toBe(200);
});

test('a session that the server ended leads back to signing in, and says so', async () => {
  const { person } = open();
  await signIn(person);
  await screen.findByTestId('call-row');
  server.expire({ session: true });
  await person.click(screen.getByTestId('refresh'));
  expect(plain(await screen.findByTestId('session-ended'))).toContain('session has ended');
  expect(screen.queryByTestId('call-row')).toBeNull();
});

test('a server that is not reached is said in words, and what was there stays', async () => {
  const { person } = open();
  await signIn(person);
  await screen.findByTestId('call-row');
  server.reachable = false;
  await person.click(screen.getByTestId('refresh'));
  expect(plain(await screen.findByTestId('calls-failure'))).toContain('does not answer');
  expect(screen.getAllByTestId('call-row')).toHaveLength(1);
});

test('signing out forgets everything at once', async () => {
  const { person } = open();
  await signIn(person);
  await screen.findByTestId('call-row');
  await person.click(screen.getByTestId('sign-out'));
  expect(screen.queryByTestId('call-row')).toBeNull();
  await waitFor(() => expect(server.signedOut).toBe(true));
  expect(screen.queryByTestId('session-ended')).toBeNull();
});

test.each(['en', 'ar', 'fa'] as const)('the page in %s has no accessibility problem, before and after signing in', async (locale) => {
  server.calls = [[call({ customerName: 'Noor', status: 'no-answer', direction: 'inbound' }), call({ id: 'x', agentId: null, agentName: 'Omar' })]];
  const { person } = open();
  await person.click(screen.getByTestId(`language-${locale}`));
  await waitFor(() => expect(document.documentElement.lang).toBe(locale));
  expect(document.documentElement.dir).toBe(i18n.info.dir);
  expect(await accessibilityProblems()).toEqual([]);
  await signIn(person);
  await screen.findAllByTestId('call-row');
  await waitFor(() => expect(screen.getByTestId('server-health').dataset.state).toBe('works'));
  expect(await accessibilityProblems()).toEqual([]);
});

test('the chosen language and colors are there again the next time', async () => {
  const { person } = open();
  await person.click(screen.getByTestId('language-fa'));
  await person.click(screen.getByTestId('theme-dark'));
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  i18n.locale = 'en';
  preferences.load();
  expect([preferences.locale, preferences.theme]).toEqual(['fa', 'dark']);
});
