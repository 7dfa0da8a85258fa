import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeHost } from '../platform/fake/fakeHost';
import { call } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const inCall = (): Promise<{ host: FakeHost; user: Awaited<ReturnType<typeof startApp>>['user'] }> =>
  startApp(new FakeHost({ calls: [call({ id: 'one' })] }));
const becomes = (host: FakeHost, heard: boolean): Promise<void> => waitFor(() => expect(host.levelsAreHeard).toBe(heard));

function show(visibility: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  document.dispatchEvent(new Event('visibilitychange'));
}

test('levels of a call are listened for only while its card is shown', async () => {
  const { host, user } = await inCall();
  await becomes(host, true);
  host.emit({ type: 'levels', source: { type: 'call', call: 'one' }, levels: { input: 0.5, output: 0 } });
  await waitFor(() => expect(screen.getByTestId('mute').style.getPropertyValue('--level')).toBe('0.5'));
  for (const tab of ['history', 'team', 'settings']) {
    await user.click(screen.getByTestId(`tab-${tab}`));
    await becomes(host, false);
  }
  await user.click(screen.getByTestId('tab-keypad'));
  await becomes(host, true);
  host.emit({ type: 'callChanged', call: call({ id: 'one', held: true }) });
  await becomes(host, false);
});

test('a window that is put away listens for none', async () => {
  const { host } = await inCall();
  await becomes(host, true);
  show('hidden');
  await becomes(host, false);
  show('visible');
  await becomes(host, true);
});

test('the settings listen only while the microphone is tested', async () => {
  const { host, user } = await inCall();
  await user.click(screen.getByTestId('tab-settings'));
  await becomes(host, false);
  await user.click(screen.getByTestId('level-toggle'));
  await becomes(host, true);
  await user.click(screen.getByTestId('level-toggle'));
  await becomes(host, false);
});
