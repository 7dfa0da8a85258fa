/** The host of the real app: the Rust shell. The only file that imports Tauri. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Command, EngineEvent, LevelsEvent, Reply, Snapshot } from '../ipc';
import type { Host, ShowTarget } from './host';

declare global {
  interface Window {
    /** The system's languages, set by the shell before the page loads. */
    __MOBILE_CALL_LANGUAGES__?: readonly string[];
  }
}

export const tauriHost: Host = {
  snapshot: () => invoke<Snapshot>('snapshot'),
  send: (command: Command) => invoke<Reply>('send', { command }),
  subscribe: (listener) => listen<EngineEvent>('engine-event', (event) => listener(event.payload)),
  onLevels: (listener) => listen<LevelsEvent>('levels', (event) => listener(event.payload)),
  onShow: async (listener) => {
    const take = async (): Promise<void> => {
      const wanted = await invoke<ShowTarget | null>('wanted_part');
      if (wanted !== null) listener(wanted);
    };
    const stop = await listen('show', () => void take());
    // What was asked for while the page was loading.
    await take();
    return stop;
  },
  quit: async () => void (await invoke('quit')),
  languages: () => window.__MOBILE_CALL_LANGUAGES__ ?? navigator.languages,
};

