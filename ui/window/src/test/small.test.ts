/** Things that are small each, and in the way of whoever works with the window all day. */
import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, line, settings, snapshot } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

const fieldValue = (): string => screen.getByTestId<HTMLInputElement>('dial-field').value;
const button = (): HTMLButtonElement => screen.getByTestId<HTMLButtonElement>('dial-button');
const isGreen = (): boolean => button().classList.contains('ready') && !button().disabled;

describe('the preview', () => {
  test('promises no call while the line is down, and does once it is up', async () => {
    const { host, user } = await startApp(new FakeHost({ lines: [line({ registration: { state: 'registering', attempt: 1 } })] }));
    await user.type(screen.getByTestId('dial-field'), '102');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Cannot call Sara Khan right now'));
    expect(plain(screen.getByTestId('preview'))).toContain('You are not connected yet');
    expect(isGreen()).toBe(false);
    host.emit({ type: 'linesChanged', lines: [line()] });
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Will call Sara Khan'));
    expect(isGreen()).toBe(true);
  });

  test('has no green button beside a text that cannot be dialed', async () => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '12');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('not a valid phone number'));
    expect([isGreen(), button().disabled]).toEqual([false, true]);
  });

  test('tries a chosen colleague who was refused again, not another', async () => {
    const { host, user } = await startApp();
    host.refuse.set('placeCall', { code: 'lineNotReady', message: '', params: {} });
    await user.type(screen.getByTestId('dial-field'), '1');
    await user.click((await screen.findAllByTestId('choice'))[2] as HTMLElement);
    await screen.findByRole('alert');
    expect(isGreen()).toBe(true);
    await user.type(screen.getByTestId('dial-field'), '{Enter}{Enter}');
    host.emit({ type: 'linesChanged', lines: [line()] });
    await waitFor(() => expect(screen.getAllByTestId('choice')[2]?.getAttribute('aria-selected')).toBe('true'));
    expect(new Set(host.sent('placeCall').map(({ destination }) => destination))).toEqual(new Set(['client:maryam']));
  });

  test('leaves the agent out of the choices', async () => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), 'a');
    await screen.findAllByTestId('choice');
    expect(screen.getAllByTestId('choice').filter((one) => plain(one).includes('100'))).toEqual([]);
  });

  test('shows colleagues as reachable as they are now', async () => {
    const { host, user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), 'sara');
    await waitFor(() => expect(plain(screen.getByTestId('choice'))).toContain('Available'));
    const team = host.current.team.map((one) => (one.username === 'sara' ? { ...one, presence: 'busy' as const } : one));
    host.emit({ type: 'teamChanged', team });
    await waitFor(() => expect(plain(screen.getByTestId('choice'))).toContain('In a call'));
  });
});

describe('Ctrl+V outside of a field', () => {
  test.each(['keypad', 'history'])('on the section %s brings what is pasted into the field, in place of what stood there', async (tab) => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '999');
    await user.click(screen.getByTestId(`tab-${tab}`));
    await user.keyboard('{Control>}v{/Control}');
    expect(document.activeElement).toBe(screen.getByTestId('dial-field'));
    await user.paste('0501234567');
    expect(fieldValue()).toBe('0501234567');
  });

  test('also while the digits of a call are open', async () => {
    const { user } = await startApp(new FakeHost({ calls: [call()] }));
    await user.click(screen.getByTestId('digits'));
    expect(screen.queryByTestId('dial-field')).toBeNull();
    await user.keyboard('{Control>}v{/Control}');
    await user.paste('103');
    expect(fieldValue()).toBe('103');
  });
});

describe('the keypad', () => {
  const tabbable = (): HTMLElement[] => [...screen.getByTestId('keypad').querySelectorAll<HTMLElement>('button')].filter((key) => key.tabIndex === 0);

  test('is one stop for Tab, and the arrows move within', async () => {
    const { host, user } = await startApp();
    expect(tabbable()).toHaveLength(1);
    screen.getByTestId('key-1').focus();
    await user.keyboard('{ArrowRight}{ArrowDown}{ArrowDown}');
    expect(document.activeElement).toBe(screen.getByTestId('key-8'));
    await user.keyboard('{End}{ArrowRight}{ArrowDown}');
    expect(document.activeElement).toBe(screen.getByTestId('key-hash'));
    await user.keyboard('{Home}{ArrowLeft}{ArrowUp}{ArrowDown}');
    expect(document.activeElement).toBe(screen.getByTestId('key-4'));
    expect(tabbable()).toEqual([screen.getByTestId('key-4')]);
    await user.keyboard('{Enter}');
    expect(fieldValue()).toBe('4');
    expect(host.sent('sendDigits')).toEqual([]);
  });
});

describe('quitting', () => {
  test('ends the app from the settings and by key', async () => {
    const { host, user } = await startApp();
    await user.click(screen.getByTestId('tab-settings'));
    await user.click(screen.getByTestId('quit'));
    await user.keyboard('{Control>}q{/Control}');
    expect(host.quits).toBe(2);
  });

  test('asks while a call is up, whoever wants it', async () => {
    const { host, user } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    host.show('quit');
    await user.click(await screen.findByTestId('quit-cancel'));
    expect(host.quits).toBe(0);
    await waitFor(() => expect(screen.queryByTestId('quit-dialog')).toBeNull());
    await user.keyboard('{Control>}q{/Control}');
    await user.click(await screen.findByTestId('quit-confirm'));
    expect(host.quits).toBe(1);
  });

  test('asks no longer when the call is over meanwhile', async () => {
    const { host } = await startApp(new FakeHost({ calls: [call({ id: 'c' })] }));
    host.show('quit');
    await screen.findByTestId('quit-dialog');
    host.emit({ type: 'callChanged', call: call({ id: 'c', state: 'ended', end: 'remoteHangup' }) });
    await waitFor(() => expect(screen.queryByTestId('quit-dialog')).toBeNull());
    expect(host.quits).toBe(0);
  });
});

test('whoever has to sign in begins with the name', async () => {
  const remote = { embedded: false, url: 'https://calls.example.com', reachable: true, portTaken: null };
  await startApp(new FakeHost({ session: { state: 'signedOut', why: null }, server: remote, settings: { ...settings, server: { type: 'remote', url: remote.url } } }));
  expect(document.activeElement).toBe(screen.getByTestId('sign-in-username'));
});

test('a focus ring is for whoever moves the focus by keyboard', async () => {
  const { user } = await startApp(new FakeHost({ calls: [call()] }));
  const shown = (): boolean => document.documentElement.hasAttribute('data-by-keyboard');
  await user.click(screen.getByTestId('hold'));
  await user.keyboard('m');
  expect(shown()).toBe(false);
  await user.tab();
  expect(shown()).toBe(true);
  await user.click(screen.getByTestId('mute'));
  expect(shown()).toBe(false);
});

test('the strip names extension and server also while that is down', async () => {
  const server = { embedded: false, url: 'https://calls.example.com', reachable: false, portTaken: null };
  await startApp(new FakeHost({ ...snapshot(), server, lines: [line({ registration: { state: 'registering', attempt: 2 } })] }));
  expect(plain(screen.getByTestId('status-server'))).toBe('calls.example.com');
  expect(plain(screen.getByTestId('status-text'))).toBe('Server not reachable');
});
