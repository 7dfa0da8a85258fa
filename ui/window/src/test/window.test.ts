import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, line, settings, snapshot } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

/** The place of what happens by itself takes clicks again. */
const settled = (): Promise<void> => waitFor(() => expect(screen.getByTestId('news').dataset.settled).toBe('true'));

const offered = call({ id: 'ring', state: 'offered', direction: 'incoming', answeredAtMs: null, quality: null });

describe('dialing', () => {
  test('the green button waits until one of the choices is marked or the text is whole', async () => {
    const { host, user } = await startApp();
    const green = (): HTMLButtonElement => screen.getByTestId('dial-button');
    await user.type(screen.getByTestId('dial-field'), '1');
    expect(await screen.findAllByTestId('choice')).not.toHaveLength(0);
    expect(green().disabled).toBe(true);
    await user.keyboard('{ArrowDown}');
    expect(green().disabled).toBe(false);
    await user.type(screen.getByTestId('dial-field'), '04');
    await waitFor(() => expect(screen.queryByTestId('choice')).toBeNull());
    await user.click(green());
    expect(host.sent('placeCall').map(({ destination }) => destination)).toEqual(['104']);
  });

  test('shows what would be called, places the call, and shows its card', async () => {
    const { host, user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Will call +966 50 123 4567'));
    await user.keyboard('{Enter}');
    expect(host.sent('placeCall')[0]?.destination).toBe('0501234567');
    expect(plain(await screen.findByTestId('call-state'))).toBe('Calling…');
    await user.keyboard('m');
    expect(host.sent('setMute')).toHaveLength(1);
  });

  test('shows what is sent later, and what to know of a number', async () => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '0529300000 x12');
    const preview = screen.getByTestId('preview');
    await waitFor(() => expect(plain(preview)).toContain('12 is not part of the number'));
    expect(plain(preview)).toContain('No such number is known here');
  });

  test('keys of the pad fill the field', async () => {
    const { user } = await startApp();
    for (const key of ['key-star', 'key-4', 'key-3']) await user.click(screen.getByTestId(key));
    expect(screen.getByTestId<HTMLInputElement>('dial-field').value).toBe('*43');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Will call Echo test'));
  });

  test('digits typed nowhere go into the field, native ones too', async () => {
    const { user } = await startApp();
    (document.activeElement as HTMLElement | null)?.blur();
    await user.keyboard('٥');
    expect(screen.getByTestId<HTMLInputElement>('dial-field').value).toBe('5');
  });

  test('a refused number says why under the field', async () => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '12');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('not a valid phone number'));
  });
});

describe('a call', () => {
  test('is muted, held, sent digits and hung up by its controls', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.click(screen.getByTestId('mute'));
    await waitFor(() => expect(screen.getByTestId('mute').getAttribute('aria-pressed')).toBe('true'));
    await user.click(screen.getByTestId('hold'));
    await waitFor(() => expect(plain(screen.getByTestId('call-state'))).toBe('On hold'));
    await user.click(screen.getByTestId('digits'));
    await user.click(screen.getByTestId('digit-5'));
    await user.keyboard('#');
    await waitFor(() => expect(plain(screen.getByTestId('digits-sent'))).toBe('5#'));
    await user.click(screen.getByTestId('hangup'));
    expect(host.sent('hangUp')).toEqual([{ type: 'hangUp', call: 'c' }]);
    expect(plain(await screen.findByTestId('end-reason'))).toBe('You hung up');
  });

  test('is muted, held and hung up by keys', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.keyboard('m');
    await user.keyboard('h');
    await user.keyboard('{Control>}.{/Control}');
    expect(host.commands.map(({ type }) => type).filter((type) => type !== 'history')).toEqual(['setMute', 'setHold', 'hangUp']);
  });

  test('is sent digits that are typed while one talks', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.keyboard('٧');
    expect(host.sent('sendDigits')).toEqual([{ type: 'sendDigits', call: 'c', digits: '7' }]);
    expect(plain(await screen.findByTestId('digits-sent'))).toBe('7');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('digits-sent')).toBeNull());
  });

  test('shows of a long row of digits the newest', async () => {
    const { user } = await startApp(new FakeHost({ calls: [call({ digits: '98765432101234567890#' })] }));
    await user.click(screen.getByTestId('digits'));
    expect(plain(await screen.findByTestId('digits-sent'))).toBe('…432101234567890#');
  });

  test('is offered the extension that was dialed behind the number, until it is sent', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c', postDial: '12' })] }));
    await user.click(await screen.findByRole('button', { name: /Send .*12/u }));
    expect(host.sent('sendDigits')).toEqual([{ type: 'sendDigits', call: 'c', digits: '12' }]);
    await waitFor(() => expect(screen.queryByTestId('send-post-dial')).toBeNull());
  });

  test('keeps its controls while choices show, and comes back in full', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.type(screen.getByTestId('dial-field'), 'a');
    await waitFor(() => expect(screen.getAllByTestId('choice').length).toBeGreaterThan(1));
    for (const control of ['mute', 'hold', 'hangup']) expect(screen.getByTestId(control)).toBeTruthy();
    await user.click(screen.getByTestId('hold'));
    expect(host.sent('setHold')).toEqual([{ type: 'setHold', call: 'c', held: true }]);
    await user.keyboard('{Control>}0{/Control}');
    expect(await screen.findByTestId('call-card')).toBeTruthy();
    expect(document.activeElement).toBe(document.body);
  });

  test('is muted for as long as Space is held', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    const muted = (): boolean[] => host.sent('setMute').map(({ muted }) => muted);
    await user.keyboard('{ >3}');
    expect(muted()).toEqual([true]);
    await user.keyboard('{/ }');
    await waitFor(() => expect(muted()).toEqual([true, false]));
  });

  test('is not left muted when the window loses the focus while Space is held', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.keyboard('{ >}');
    window.dispatchEvent(new FocusEvent('blur'));
    await waitFor(() => expect(host.sent('setMute').map(({ muted }) => muted)).toEqual([true, false]));
  });

  test('stays muted after Space where it was muted', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c', muted: true })] }));
    await user.keyboard(' ');
    expect(host.sent('setMute')).toEqual([]);
  });

  test('leaves Space to the control that the keyboard came to, and takes it from one that was clicked', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.click(screen.getByTestId('hold'));
    await user.keyboard(' ');
    await waitFor(() => expect(host.sent('setMute')).toHaveLength(2));
    expect(host.sent('setHold')).toHaveLength(1);
    await user.tab({ shift: true });
    await user.tab();
    expect(document.activeElement).toBe(screen.getByTestId('hold'));
    await user.keyboard(' ');
    expect(host.sent('setHold')).toHaveLength(2);
    expect(host.sent('setMute')).toHaveLength(2);
  });

  test('single keys and Space are text while one types', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.type(screen.getByTestId('dial-field'), 'm h /');
    expect(screen.getByTestId<HTMLInputElement>('dial-field').value).toBe('m h /');
    expect(host.commands.filter(({ type }) => type !== 'preview')).toEqual([]);
  });

  test('each held call has its turn with Ctrl+Tab', async () => {
    const calls = ['a', 'b', 'c'].map((id) => call({ id, held: id !== 'a' }));
    const { host, user } = await startApp(new FakeHost({ calls }));
    await user.keyboard('{Control>}{Tab}{/Control}');
    expect(host.sent('setHold')).toEqual([{ type: 'setHold', call: 'b', held: false }]);
  });

  test('a key that stays down sends no more digits', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    await user.keyboard('{5>4/}');
    expect(host.sent('sendDigits')).toHaveLength(1);
  });

  test('is covered by no message: they stand above it in the flow', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call()] }));
    host.emit({ type: 'problem', failure: { code: 'noMicrophone', message: '', params: {} } });
    const problem = await screen.findByTestId('problem');
    const follows = problem.compareDocumentPosition(screen.getByTestId('hangup')) & Node.DOCUMENT_POSITION_FOLLOWING;
    expect(follows).toBeTruthy();
    for (let part: Element | null = problem; part !== null; part = part.parentElement)
      expect(getComputedStyle(part).position).not.toMatch(/absolute|fixed/);
  });

  test('stays in reach on the other tabs', async () => {
    const { user } = await startApp(new FakeHost({ calls: [call()] }));
    await user.click(screen.getByTestId('tab-team'));
    expect(screen.getByTestId('mini-call')).toBeTruthy();
    expect(plain(screen.getByTestId('call-timer'))).toMatch(/^02:1\d$/);
  });
});

describe('an incoming call', () => {
  test('takes no focus from the field and is not answered by Enter there', async () => {
    const { host, user } = await startApp();
    const field = screen.getByTestId('dial-field');
    await user.type(field, '10');
    host.emit({ type: 'callChanged', call: offered });
    await screen.findByTestId('incoming-card');
    expect(document.activeElement).toBe(field);
    await user.keyboard('{Enter}');
    expect(host.sent('answer')).toEqual([]);
  });

  test('is answered by Enter in the empty field, which then leaves the keys to the call', async () => {
    const { host, user } = await startApp();
    const field = screen.getByTestId('dial-field');
    await user.click(field);
    host.emit({ type: 'callChanged', call: offered });
    await screen.findByTestId('incoming-card');
    await user.keyboard('{Enter}');
    expect(host.sent('answer')).toEqual([{ type: 'answer', call: 'ring' }]);
    expect(document.activeElement).toBe(document.body);
  });

  test('three at once can each be answered and declined, and Esc is for the first', async () => {
    const calls = ['one', 'two', 'three'].map((id) => ({ ...offered, id }));
    const { host, user } = await startApp(new FakeHost({ calls }));
    expect(screen.getAllByTestId('incoming-card')).toHaveLength(1);
    expect(screen.getAllByTestId('incoming-row')).toHaveLength(2);
    await user.keyboard('{Escape}');
    expect(screen.getAllByText('Press Esc again to decline')).toHaveLength(1);
    await user.click(screen.getAllByTestId('answer-row')[1] as HTMLElement);
    expect(host.sent('answer')).toEqual([{ type: 'answer', call: 'three' }]);
    await settled();
    await user.click(screen.getAllByTestId('decline-row')[0] as HTMLElement);
    expect(host.sent('decline')).toEqual([{ type: 'decline', call: 'two' }]);
  });

  test('a second Esc does not decline another call than the first was for', async () => {
    const second = { ...offered, id: 'second' };
    const { host, user } = await startApp(new FakeHost({ calls: [offered, second] }));
    await user.keyboard('{Escape}');
    host.emit({ type: 'callRemoved', call: 'ring' });
    await waitFor(() => expect(screen.queryByTestId('incoming-row')).toBeNull());
    await user.keyboard('{Escape}');
    expect(host.sent('decline')).toEqual([]);
  });

  test('is answered by Enter when nothing is typed', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [offered] }));
    await user.keyboard('{Enter}');
    expect(host.sent('answer')).toEqual([{ type: 'answer', call: 'ring' }]);
  });

  test('is answered by Enter wherever the focus is, but for text', async () => {
    for (const place of ['tab-history', 'tab-settings']) {
      const { host, user } = await startApp();
      await user.click(screen.getByTestId(place));
      host.emit({ type: 'callChanged', call: offered });
      await screen.findByTestId('incoming-card');
      await user.keyboard('{Enter}');
      expect(host.sent('answer'), place).toHaveLength(1);
      cleanup();
    }
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    screen.getByTestId('setting-notifications').focus();
    host.emit({ type: 'callChanged', call: offered });
    await screen.findByTestId('incoming-card');
    await user.keyboard('{Enter}');
    expect(host.sent('answer')).toHaveLength(1);
    expect(host.sent('changeSettings')).toEqual([]);
  });

  test('is declined by Esc twice', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [offered] }));
    await user.keyboard('{Escape}');
    expect(host.sent('decline')).toEqual([]);
    expect(screen.getByTestId('incoming-card').textContent).toContain('Press Esc again');
    await user.keyboard('{Escape}');
    expect(host.sent('decline')).toEqual([{ type: 'decline', call: 'ring' }]);
  });

  test('is declined by its button, even with Enter', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [offered] }));
    screen.getByTestId('decline').focus();
    await user.keyboard('{Enter}');
    expect(host.sent('answer')).toEqual([]);
    expect(host.sent('decline')).toHaveLength(1);
  });
});

describe('history', () => {
  test('is searched by Ctrl+K, filtered, and calls back', async () => {
    const { host, user } = await startApp();
    await user.keyboard('{Control>}k{/Control}');
    const search = await screen.findByTestId('history-search');
    await waitFor(() => expect(document.activeElement).toBe(search));
    await user.type(search, 'lina');
    await waitFor(() => expect(screen.getAllByTestId('history-row')).toHaveLength(1));
    await user.click(screen.getByTestId('history-call-back'));
    expect(host.sent('placeCall')[0]?.destination).toBe('103');
    expect(await screen.findByTestId('call-card')).toBeTruthy();
  });

  test('looked at, missed calls count as seen', async () => {
    const { user } = await startApp(new FakeHost({ missed: 2 }));
    expect(plain(screen.getByTestId('missed-badge'))).toContain('2');
    await user.click(screen.getByTestId('tab-history'));
    await waitFor(() => expect(screen.queryByTestId('missed-badge')).toBeNull());
  });

  test('a call missed while the agent works elsewhere is seen once they come back', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-history'));
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    host.emit({ type: 'historyChanged', missed: 1 });
    expect(plain(await screen.findByTestId('missed-badge'))).toContain('1');
    await waitFor(() => expect(host.sent('history').at(-1)?.query.seen).toBe(false));
    focus.mockReturnValue(true);
    window.dispatchEvent(new FocusEvent('focus'));
    await waitFor(() => expect(screen.queryByTestId('missed-badge')).toBeNull());
  });

  test('is asked anew when rows changed', async () => {
    const { host, user } = await startApp(new FakeHost({}, []));
    await user.click(screen.getByTestId('tab-history'));
    await screen.findByTestId('history-empty');
    host.entries = new FakeHost().entries;
    host.emit({ type: 'historyChanged', missed: 0 });
    await waitFor(() => expect(screen.getAllByTestId('history-row').length).toBeGreaterThan(5));
  });

  test('Ctrl+R calls the last dialed address again', async () => {
    const { host, user } = await startApp();
    await user.keyboard('{Control>}r{/Control}');
    await waitFor(() => expect(host.sent('placeCall')[0]?.destination).toBe('102'));
  });
});

describe('settings', () => {
  test('change at once, in every language', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    await user.click(screen.getByTestId('setting-language-ar'));
    expect(host.sent('changeSettings')[0]?.settings.language).toBe('ar');
    await waitFor(() => expect(document.documentElement.dir).toBe('rtl'));
    expect(plain(screen.getByTestId('tab-settings'))).toBe('الإعدادات');
    expect(screen.getByTestId('server-address').getAttribute('dir')).toBe('ltr');
    await user.click(screen.getByTestId('setting-theme-dark'));
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  });

  test('a refused one stays as it was and says so', async () => {
    const { host, user } = await startApp();
    host.refuse.set('changeSettings', { code: 'badServerUrl', message: '', params: { url: 'nonsense' } });
    await user.click(screen.getByTestId('tab-settings'));
    await user.click(screen.getByTestId('setting-server-remote'));
    await user.type(screen.getByTestId('setting-server-url'), 'nonsense');
    await user.click(screen.getByTestId('server-apply'));
    expect(await screen.findByText(/is not a server address/)).toBeTruthy();
    expect(host.current.settings.server).toEqual({ type: 'embedded' });
  });

  test('the microphone listens only while it is tested', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    await user.click(screen.getByTestId('level-toggle'));
    host.emit({ type: 'levels', source: { type: 'meter' }, levels: { input: 0.5, output: 0 } });
    await waitFor(() => expect(screen.getByTestId('level-meter').getAttribute('aria-valuenow')).toBe('50'));
    await user.click(screen.getByTestId('tab-keypad'));
    expect(host.sent('setLevelMeter').map(({ on }) => on)).toEqual([true, false]);
  });

  test('what is plugged in meanwhile appears by itself', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    const asked = host.sent('audioDevices').length;
    vi.advanceTimersByTime(3000);
    expect(host.sent('audioDevices').length).toBe(asked + 1);
    await user.click(screen.getByTestId('tab-keypad'));
    vi.advanceTimersByTime(30_000);
    expect(host.sent('audioDevices').length).toBe(asked + 1);
    vi.useRealTimers();
  });

  test('the port that another program has is named', async () => {
    const moved = { embedded: true, url: 'http://127.0.0.1:4003', reachable: true, portTaken: 4000 };
    const { host, user } = await startApp(new FakeHost({ server: moved }));
    expect(plain(screen.getByTestId('status-server'))).toBe('This computer, port 4003');
    await user.click(screen.getByTestId('tab-settings'));
    expect(plain(screen.getByTestId('server-port'))).toBe('This server is on port 4003: another program had port 4000 when the app started.');
    host.emit({ type: 'serverChanged', server: { ...moved, url: 'http://127.0.0.1:4000', portTaken: null } });
    await waitFor(() => expect(screen.queryByTestId('server-port')).toBeNull());
    expect(plain(screen.getByTestId('status-server'))).toBe('This computer');
  });
});

describe('signing in', () => {
  const remote = {
    session: { state: 'signedOut' as const, why: null },
    server: { embedded: false, url: 'https://calls.example.com', reachable: true, portTaken: null },
    settings: { ...settings, server: { type: 'remote' as const, url: 'https://calls.example.com' } },
    lines: [line({ registration: { state: 'unregistered' } })],
  };

  test('a wrong password is said at the form, and the right one opens the phone', async () => {
    const { host, user } = await startApp(new FakeHost(remote));
    host.refuse.set('signIn', { code: 'wrongCredentials', message: '', params: {} });
    await user.type(screen.getByTestId('sign-in-username'), 'sara');
    await user.type(screen.getByTestId('sign-in-password'), 'x{Enter}');
    expect(plain(await screen.findByTestId('sign-in-error'))).toContain('User name or password is wrong');
    host.refuse.clear();
    await user.click(screen.getByTestId('sign-in-submit'));
    expect(await screen.findByTestId('dial-field')).toBeTruthy();
  });

  test('at another server what the one before refused is not said any more', async () => {
    const { host, user } = await startApp(new FakeHost(remote));
    host.refuse.set('signIn', { code: 'wrongCredentials', message: '', params: {} });
    await user.type(screen.getByTestId('sign-in-username'), 'sara');
    await user.type(screen.getByTestId('sign-in-password'), 'x{Enter}');
    await screen.findByTestId('sign-in-error');
    host.emit({ type: 'serverChanged', server: { ...remote.server, url: 'https://other.example.com' } });
    await waitFor(() => expect(screen.queryByTestId('sign-in-error')).toBeNull());
  });

  test('follows the choice of a server, and says what is wrong with it', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    await user.click(screen.getByTestId('setting-server-remote'));
    await user.type(screen.getByTestId('setting-server-url'), 'https://calls.example.com');
    await user.click(screen.getByTestId('server-apply'));
    const why = { code: 'serverUnreachable' as const, message: '', params: { url: 'https://calls.example.com' } };
    host.emit({ type: 'serverChanged', server: { ...remote.server, reachable: false } });
    host.emit({ type: 'sessionChanged', session: { state: 'signedOut', why } });
    host.emit({ type: 'problem', failure: why });
    expect(plain(await screen.findByTestId('sign-in-why'))).toContain('calls.example.com does not answer');
    expect(screen.queryByTestId('problem')).toBeNull();
  });

  test('leads there from a section that is empty without it', async () => {
    const { user } = await startApp(new FakeHost(remote));
    await user.click(screen.getByTestId('tab-history'));
    await user.click(screen.getByTestId('sign-in-open'));
    expect(await screen.findByTestId('sign-in-username')).toBeTruthy();
  });

  test('the embedded server needs only a click', async () => {
    const { host, user } = await startApp(new FakeHost({ ...remote, server: snapshot().server, settings }));
    await user.click(screen.getByTestId('connect-button'));
    expect(host.sent('connect')).toHaveLength(1);
    expect(await screen.findByTestId('dial-field')).toBeTruthy();
  });
});

test('the status strip follows the line', async () => {
  const { host } = await startApp();
  expect(plain(screen.getByTestId('status-text'))).toBe('Ready');
  host.emit({ type: 'linesChanged', lines: [line({ registration: { state: 'registering', attempt: 1 } })] });
  await waitFor(() => expect(plain(screen.getByTestId('status-text'))).toBe('Connecting, try 2'));
  host.emit({ type: 'linesChanged', lines: [line({ registration: { state: 'failed', code: 'sessionExpired' } })] });
  await waitFor(() => expect(plain(screen.getByTestId('status-text'))).toBe('Cannot connect'));
});

test('a problem says what to do and leads there', async () => {
  const { host, user } = await startApp();
  host.emit({ type: 'problem', failure: { code: 'noMicrophone', message: '', params: {} } });
  const problem = await screen.findByTestId('problem');
  expect(plain(problem)).toContain('Plug one in');
  await settled();
  await user.click(screen.getByText('Open settings'));
  expect(await screen.findByTestId('setting-language')).toBeTruthy();
});

test('the shell can show a part of the window', async () => {
  const { host } = await startApp();
  host.show('history');
  expect(await screen.findByTestId('history-search')).toBeTruthy();
});
