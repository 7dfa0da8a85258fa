import { expect, test, vi } from 'vitest';
import { tauriHost } from './tauri';

let wanted: string | null;
let wake: () => void;

vi.mock('@tauri-apps/api/core', () => ({
  invoke: async (command: string) => {
    expect(command).toBe('wanted_part');
    const part = wanted;
    wanted = null;
    return part;
  },
}));
vi.mock('@tauri-apps/api/event', () => ({
  listen: async (event: string, listener: () => void) => {
    expect(event).toBe('show');
    wake = listener;
    return () => {};
  },
}));

test('shows the part that was asked for while the page was loading, and those that are asked for later', async () => {
  const shown: string[] = [];
  wanted = 'history';
  await tauriHost.onShow((part) => shown.push(part));
  expect(shown).toEqual(['history']);
  wanted = 'call';
  wake();
  await vi.waitFor(() => expect(shown).toEqual(['history', 'call']));
  wake();
  await Promise.resolve();
  expect(shown).toEqual(['history', 'call']);
});
