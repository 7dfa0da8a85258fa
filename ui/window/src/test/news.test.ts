import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Failure, HistoryEntry } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, history } from '../platform/fake/fixtures';
import { startApp } from './app';

const offered = call({ id: 'ring', state: 'offered', direction: 'incoming', answeredAtMs: null, quality: null });
const over = call({ id: 'over', state: 'ended', end: 'remoteHangup' });
const problem = (code: Failure['code']): { type: 'problem'; failure: Failure } => ({ type: 'problem', failure: { code, message: '', params: {} } });
const called = (who: string, call = who): { type: 'problem'; failure: Failure } => ({
  type: 'problem',
  failure: { code: 'calledWhileTalking', message: '', params: { who, call } },
});
const codes = (): (string | undefined)[] => screen.queryAllByTestId('problem').map((one) => one.dataset.code);

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('a click right after something came up', () => {
  test('was meant for what stood there before, and is not taken', async () => {
    const { host, user } = await startApp();
    host.emit({ type: 'callChanged', call: offered });
    await user.click(await screen.findByTestId('answer'));
    expect(host.sent('answer')).toEqual([]);
    await vi.advanceTimersByTimeAsync(400);
    await user.click(screen.getByTestId('answer'));
    expect(host.sent('answer')).toHaveLength(1);
  });

  test('is not taken on the other sections either', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-team'));
    host.emit({ type: 'callChanged', call: offered });
    await user.click(await screen.findByTestId('decline'));
    expect(host.sent('decline')).toEqual([]);
  });

  test('is not taken when what stood there makes way for something else', async () => {
    const { host, user } = await startApp();
    host.emit({ type: 'callChanged', call: offered });
    await screen.findByTestId('incoming-card');
    await vi.advanceTimersByTimeAsync(1000);
    host.emit({ type: 'callChanged', call: { ...offered, state: 'ended', end: 'remoteCancel' } });
    await user.click(await screen.findByTestId('call-again'));
    expect(host.sent('placeCall')).toEqual([]);
  });

  test('is taken from the keyboard, which knows what it is on', async () => {
    const { host, user } = await startApp();
    host.emit({ type: 'callChanged', call: offered });
    (await screen.findByTestId('decline')).focus();
    await user.keyboard('{Enter}');
    expect(host.sent('decline')).toHaveLength(1);
  });
});

describe('messages', () => {
  test('that something is wrong stay until they are closed', async () => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    const { host } = await startApp();
    host.emit(problem('noSpeaker'));
    host.emit(problem('deviceLost'));
    host.emit(problem('keyringUnavailable'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(codes()).toEqual(['deviceLost', 'noSpeaker']);
  });

  test('that are only worth knowing wait for somebody to look', async () => {
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const { host } = await startApp();
    host.emit(problem('keyringUnavailable'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(codes()).toEqual(['keyringUnavailable']);
    focus.mockReturnValue(true);
    await vi.advanceTimersByTimeAsync(8000);
    expect(codes()).toEqual([]);
  });

  test('that are only worth knowing stay as long as it takes to read them', async () => {
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const { host } = await startApp();
    host.emit(problem('keyringUnavailable'));
    await vi.advanceTimersByTimeAsync(6500);
    focus.mockReturnValue(true);
    await vi.advanceTimersByTimeAsync(7000);
    expect(codes()).toEqual(['keyringUnavailable']);
    focus.mockReturnValue(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(codes()).toEqual(['keyringUnavailable']);
    focus.mockReturnValue(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(codes()).toEqual([]);
  });

  test('are closed by Esc, the newest first, and then the call that is over', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [over] }));
    host.emit(problem('noSpeaker'));
    host.emit(problem('noMicrophone'));
    await waitFor(() => expect(codes()).toEqual(['noMicrophone', 'noSpeaker']));
    await user.keyboard('{Escape}');
    expect(codes()).toEqual(['noSpeaker']);
    await user.keyboard('{Escape}');
    expect(codes()).toEqual([]);
    expect(screen.getByTestId('ended-card')).toBeTruthy();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('ended-card')).toBeNull());
  });

  test('are closed by Esc from the empty field too, and leave what is typed', async () => {
    const { host, user } = await startApp();
    host.emit(problem('noSpeaker'));
    await user.type(screen.getByTestId('dial-field'), '12{Escape}');
    expect(codes()).toEqual(['noSpeaker']);
    await user.keyboard('{Escape}');
    expect(codes()).toEqual([]);
  });
});

describe('that nothing is heard', () => {
  const talking = call({ id: 'talk' });
  const silence = (cause: string): { type: 'problem'; failure: Failure } => ({ type: 'problem', failure: { code: 'noAudioReceived', message: '', params: { cause } } });
  const withPackets = (more: number): typeof talking => ({ ...talking, quality: talking.quality && { ...talking.quality, packetsReceived: talking.quality.packetsReceived + more } });

  test('is said until something is heard again', async () => {
    const { host } = await startApp(new FakeHost({ calls: [talking] }));
    host.emit(silence('stopped'));
    host.emit({ type: 'callChanged', call: withPackets(0) });
    await waitFor(() => expect(codes()).toEqual(['noAudioReceived']));
    host.emit({ type: 'callChanged', call: withPackets(50) });
    await waitFor(() => expect(codes()).toEqual([]));
  });

  test('is blocked by the network until sound comes, and stays to be mended after the call', async () => {
    const blocked: { type: 'problem'; failure: Failure } = { type: 'problem', failure: { code: 'mediaBlocked', message: '', params: { relay: 'unreachable' } } };
    const { host } = await startApp(new FakeHost({ calls: [talking] }));
    host.emit(blocked);
    await waitFor(() => expect(codes()).toEqual(['mediaBlocked']));
    host.emit({ type: 'callChanged', call: withPackets(50) });
    await waitFor(() => expect(codes()).toEqual([]));
    host.emit(blocked);
    host.emit({ type: 'callChanged', call: { ...talking, state: 'ended', end: 'mediaLost' } });
    await screen.findByTestId('ended-card');
    expect(codes()).toEqual(['mediaBlocked']);
  });

  test('is said no longer than the call lasts, unless it never was', async () => {
    for (const [cause, left] of [['stopped', []], ['never', ['noAudioReceived']]] as const) {
      const { host } = await startApp(new FakeHost({ calls: [talking] }));
      host.emit(silence(cause));
      await waitFor(() => expect(codes()).toEqual(['noAudioReceived']));
      host.emit({ type: 'callChanged', call: { ...talking, state: 'ended', end: 'remoteHangup' } });
      await screen.findByTestId('ended-card');
      expect(codes()).toEqual(left);
      cleanup();
    }
  });
});

describe('messages about sound', () => {
  const about = (code: Failure['code'], role: string): { type: 'problem'; failure: Failure } => ({
    type: 'problem',
    failure: { code, message: '', params: { role, device: 'Headset' } },
  });

  test('go away as soon as it works, those about the other device stay', async () => {
    const { host } = await startApp();
    host.emit(about('audioFailed', 'speaker'));
    host.emit(about('audioFailed', 'microphone'));
    await waitFor(() => expect(codes()).toEqual(['audioFailed', 'audioFailed']));
    host.emit({ type: 'soundMended', role: 'speaker' });
    await waitFor(() => expect(codes()).toEqual(['audioFailed']));
    expect(plain(screen.getByTestId('problem'))).toContain('microphone');
    host.emit({ type: 'soundMended', role: 'microphone' });
    await waitFor(() => expect(codes()).toEqual([]));
  });

  test('that a device is back take the place of those that it was unplugged', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call()] }));
    host.emit(about('deviceLost', 'speaker'));
    host.emit(about('deviceMissing', 'microphone'));
    host.emit(about('deviceInUse', 'speaker'));
    await waitFor(() => expect(codes()).toEqual(['deviceInUse', 'deviceMissing']));
  });

  test('replace the praise of a call that cannot be heard', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call()] }));
    expect(plain(await screen.findByTestId('call-quality'))).toContain('Excellent');
    host.emit({ type: 'soundChanged', sound: { backend: 'pulseAudio', microphone: 'there', speaker: 'missing' } });
    await waitFor(() => expect(plain(screen.getByTestId('call-quality'))).toContain('No speaker'));
    expect(plain(screen.getByTestId('status-text'))).toBe('No speaker');
  });
});

describe('calls that were missed', () => {
  const known = history().find(({ disposition }) => disposition === 'missed') as HistoryEntry;
  const entryOf = (id: string, name: string, address = known.address): HistoryEntry => ({ ...known, id, name, address });
  const ring = (host: FakeHost, id: string, name: string): void => host.emit({ type: 'callChanged', call: { ...offered, id, name } });
  /** As the engine tells it, which takes what is over out of the list a little later. */
  const miss = async (host: FakeHost, id: string, name: string): Promise<void> => {
    ring(host, id, name);
    const call = { ...offered, id, name, state: 'ended' as const, end: 'remoteCancel' as const };
    host.emit({ type: 'callChanged', call });
    host.entries = [entryOf(id, name), ...host.entries];
    host.emit({ type: 'historyChanged', missed: host.current.missed + 1 });
    await vi.advanceTimersByTimeAsync(5000);
    host.emit({ type: 'callRemoved', call: id });
  };
  const told = (): string => plain(screen.getByTestId('missed-news'));

  test('are all told in one place until they are put away, and stay in the badge', async () => {
    const { host, user } = await startApp();
    await miss(host, 'a', 'Lina Haddad');
    expect(told()).toMatch(/Missed call.*from Lina Haddad/s);
    for (const [id, name] of [['b', 'Omar Said'], ['c', 'Sara Khan']] as const) await miss(host, id, name);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told()).toMatch(/3 missed calls.*latest: Sara Khan/s);
    expect(screen.queryByTestId('ended-card')).toBeNull();
    await user.click(screen.getByTestId('missed-close'));
    expect(screen.queryByTestId('missed-news')).toBeNull();
    expect(plain(screen.getByTestId('missed-badge'))).toContain('3');
    await miss(host, 'd', 'Lina Haddad');
    expect(told()).toMatch(/Missed call.*from Lina Haddad/s);
    expect(plain(screen.getByTestId('missed-badge'))).toContain('4');
  });

  test('lead to the history, and are gone once they were seen there or elsewhere', async () => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    const { host, user } = await startApp(new FakeHost({ missed: 2 }));
    expect(told()).toContain('2 missed calls');
    await user.click(screen.getByTestId('missed-open'));
    expect(await screen.findByTestId('history-search')).toBeTruthy();
    await waitFor(() => expect(host.current.missed).toBe(0));
    await user.click(screen.getByTestId('tab-keypad'));
    expect(screen.queryByTestId('missed-news')).toBeNull();
    host.emit({ type: 'historyChanged', missed: 1 });
    expect(await screen.findByTestId('missed-news')).toBeTruthy();
    host.emit({ type: 'historyChanged', missed: 0 });
    await waitFor(() => expect(screen.queryByTestId('missed-news')).toBeNull());
  });

  test('make way for what goes on now, and come back', async () => {
    const { host, user } = await startApp(new FakeHost({ missed: 1 }));
    ring(host, 'now', 'Omar Said');
    await waitFor(() => expect(screen.queryByTestId('missed-news')).toBeNull());
    host.emit({ type: 'callChanged', call: { ...offered, id: 'now', state: 'ended', end: 'localDecline' } });
    expect(await screen.findByTestId('ended-card')).toBeTruthy();
    expect(screen.queryByTestId('missed-news')).toBeNull();
    await user.keyboard('{Escape}');
    expect(await screen.findByTestId('missed-news')).toBeTruthy();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('missed-news')).toBeNull());
  });

  test('can be called back from there', async () => {
    const { host, user } = await startApp(new FakeHost({ missed: 1 }));
    await vi.advanceTimersByTimeAsync(1000);
    await user.click(screen.getByTestId('missed-call-back'));
    expect(host.sent('placeCall').map(({ destination }) => destination)).toEqual(['+966559902557']);
    host.emit({ type: 'callChanged', call: { ...over, id: host.current.calls[0]?.id ?? '' } });
    await screen.findByTestId('ended-card');
    expect(screen.queryByTestId('missed-news')).toBeNull();
  });

  test('stay until the call back is placed', async () => {
    const { host, user } = await startApp(new FakeHost({ missed: 1 }));
    await vi.advanceTimersByTimeAsync(1000);
    host.refuse.set('placeCall', { code: 'lineNotReady', message: '', params: {} });
    await user.click(screen.getByTestId('missed-call-back'));
    await waitFor(() => expect(codes()).toEqual(['lineNotReady']));
    expect(screen.getByTestId('missed-news')).toBeTruthy();
    host.refuse.clear();
    await vi.advanceTimersByTimeAsync(400);
    await user.click(screen.getByTestId('missed-call-back'));
    await waitFor(() => expect(screen.queryByTestId('missed-news')).toBeNull());
    host.emit({ type: 'callChanged', call: { ...over, id: host.current.calls[0]?.id ?? '' } });
    await screen.findByTestId('ended-card');
    await user.keyboard('{Escape}{Escape}');
    await waitFor(() => expect(screen.queryByTestId('ended-card')).toBeNull());
    expect(screen.queryByTestId('missed-news')).toBeNull();
  });

  test('are announced, which no words within a button are', async () => {
    await startApp(new FakeHost({ missed: 2 }));
    const status = within(screen.getByTestId('missed-news')).getByRole('status');
    expect(plain(status)).toBe('2 missed calls');
    expect(status.closest('button')).toBeNull();
  });

  test('name and call back who is left, not whose message was closed', async () => {
    const talking = call({ id: 'talk' });
    const { host, user } = await startApp(new FakeHost({ calls: [talking] }, []));
    for (const [id, who, address] of [['b', 'Lina Haddad', '103'], ['a', 'Omar Said', '105']] as const) {
      host.entries = [entryOf(id, who, address), ...host.entries];
      host.emit(called(who, id));
      host.emit({ type: 'historyChanged', missed: host.current.missed + 1 });
    }
    await waitFor(() => expect(codes()).toHaveLength(2));
    await user.keyboard('{Escape}');
    expect(plain(screen.getByTestId('problem'))).toContain('Lina Haddad');
    host.emit({ type: 'callChanged', call: { ...talking, state: 'ended', end: 'remoteHangup' } });
    host.emit({ type: 'callRemoved', call: talking.id });
    await screen.findByTestId('missed-call-back');
    expect(told()).toMatch(/Missed call.*from Lina Haddad/s);
    await vi.advanceTimersByTimeAsync(1000);
    await user.click(screen.getByTestId('missed-call-back'));
    expect(host.sent('placeCall').map(({ destination }) => destination)).toEqual(['103']);
  });

  test('during a call are named there, and stand among the others after it', async () => {
    const talking = call({ id: 'talk' });
    const { host, user } = await startApp(new FakeHost({ calls: [talking], missed: 0 }));
    host.emit({ type: 'historyChanged', missed: 1 });
    host.emit(called('Lina Haddad', 'first'));
    await waitFor(() => expect(codes()).toEqual(['calledWhileTalking']));
    expect(screen.queryByTestId('missed-news')).toBeNull();
    host.emit({ type: 'callChanged', call: { ...talking, state: 'ended', end: 'remoteHangup' } });
    host.emit({ type: 'callRemoved', call: talking.id });
    expect(await screen.findByTestId('missed-news')).toBeTruthy();
    expect(codes()).toEqual([]);

    host.emit({ type: 'callChanged', call: call({ id: 'next' }) });
    host.emit({ type: 'historyChanged', missed: 2 });
    host.emit(called('Lina Haddad', 'second'));
    await waitFor(() => expect(codes()).toEqual(['calledWhileTalking']));
    await user.keyboard('{Escape}');
    host.emit({ type: 'callChanged', call: call({ id: 'next', state: 'ended', end: 'remoteHangup' }) });
    host.emit({ type: 'callRemoved', call: 'next' });
    expect(plain(await screen.findByTestId('missed-news'))).toContain('Missed call');
  });
});

describe('who calls while one talks', () => {
  test('is named at once, only once, and leads to the history', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call()] }));
    host.emit({ type: 'historyChanged', missed: 1 });
    host.emit(called('Lina Haddad'));
    expect(plain(await screen.findByTestId('problem'))).toContain('Lina Haddad');
    expect(codes()).toEqual(['calledWhileTalking']);
    await vi.advanceTimersByTimeAsync(400);
    await user.click(screen.getByText('Open the history'));
    expect(await screen.findByTestId('history-search')).toBeTruthy();
    expect(codes()).toEqual([]);
  });

  test('is named until the missed calls were seen, here or on another device', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call()], missed: 1 }));
    host.emit(called('Lina Haddad'));
    host.emit(problem('noSpeaker'));
    await waitFor(() => expect(codes()).toEqual(['noSpeaker', 'calledWhileTalking']));
    host.emit({ type: 'historyChanged', missed: 2 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(codes()).toEqual(['noSpeaker', 'calledWhileTalking']);
    host.emit({ type: 'historyChanged', missed: 0 });
    await waitFor(() => expect(codes()).toEqual(['noSpeaker']));
  });
});

describe('more messages than have room', () => {
  const named = (): string => screen.queryAllByTestId('problem').map((one) => plain(one)).join();

  test('wait for their turn, the newest first, and none is lost unread', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call()], missed: 2 }));
    for (const who of ['Lina Haddad', 'Omar Said']) host.emit(called(who));
    for (const code of ['noSpeaker', 'diskFull', 'settingsUnreadable'] as const) host.emit(problem(code));
    await waitFor(() => expect(codes()).toEqual(['settingsUnreadable', 'diskFull', 'noSpeaker']));
    expect(plain(screen.getByText(/more messages/))).toBe('2 more messages');
    await user.keyboard('{Escape}{Escape}');
    await waitFor(() => expect(codes()).toEqual(['noSpeaker', 'calledWhileTalking', 'calledWhileTalking']));
    expect(named()).toMatch(/Omar Said.*Lina Haddad/);
    expect(screen.queryByText(/more message/)).toBeNull();
  });

  test('are not gone by themselves before they were in sight', async () => {
    vi.spyOn(document, 'hasFocus').mockReturnValue(true);
    const { host, user } = await startApp();
    host.emit(problem('keyringUnavailable'));
    for (const code of ['noSpeaker', 'diskFull', 'settingsUnreadable'] as const) host.emit(problem(code));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(codes()).toEqual(['settingsUnreadable', 'diskFull', 'noSpeaker']);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(codes()).toEqual(['diskFull', 'noSpeaker', 'keyringUnavailable']));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(codes()).toEqual(['diskFull', 'noSpeaker']);
  });

  test('of the same caller are one', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call()], missed: 2 }));
    ['Lina Haddad', 'Omar Said', 'Lina Haddad'].forEach((who, index) => host.emit(called(who, `call ${index}`)));
    await waitFor(() => expect(named()).toMatch(/^[^O]*Lina Haddad.*Omar Said/));
    expect(codes()).toHaveLength(2);
    expect(named()).toMatch(/Lina Haddad[^O]*2 times.*Omar Said/);
    expect(named()).not.toMatch(/Omar Said.*times/);
  });
});

test('a digit of the far end is shown for a while', async () => {
  const { host } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
  host.emit({ type: 'digitReceived', call: 'c', digit: '1' });
  expect(await screen.findByText(/Digit .*1.* received/)).toBeTruthy();
  await vi.advanceTimersByTimeAsync(3000);
  host.emit({ type: 'digitReceived', call: 'c', digit: '2' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(screen.getByText(/Digit .*2.* received/)).toBeTruthy();
  await vi.advanceTimersByTimeAsync(2000);
  expect(screen.queryByText(/received/)).toBeNull();
});
