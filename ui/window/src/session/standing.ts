/** The standing of the connection in one word and one color, from what the engine says of server and line. */
import type { ServerView, Snapshot } from '../ipc';
import { problemWords } from '../problems/problemWords';
import { number } from '@mobilecall/kit/format';
import { t } from '@mobilecall/kit/i18n';

export interface Standing {
  readonly kind: 'ready' | 'connecting' | 'off' | 'failed';
  readonly words: string;
  readonly detail: string;
  /** Connecting is up to the agent. */
  readonly canConnect: boolean;
}

export function standingOf({ session, line, server }: Snapshot): Standing {
  const { registration } = line;
  switch (registration.state) {
    case 'registered':
      return { kind: 'ready', words: t('status-ready'), detail: t('status-ready-detail'), canConnect: false };
    case 'registering': {
      const words =
        registration.attempt > 0
          ? t('status-connecting-again', { attempt: number(registration.attempt + 1) })
          : t('status-connecting');
      // The engine tries again by itself; an agent who knows better need not wait for it.
      const down = !server.reachable && registration.attempt > 0;
      return { kind: 'connecting', words: down ? t('status-server-down') : words, detail: words, canConnect: down };
    }
    case 'failed': {
      const detail = problemWords({ code: registration.code, message: '', params: { url: server.url } });
      return { kind: 'failed', words: t('status-failed'), detail, canConnect: session.state === 'signedIn' };
    }
    case 'unregistered':
      return session.state === 'signingIn'
        ? { kind: 'connecting', words: t('status-connecting'), detail: t('sign-in-busy'), canConnect: false }
        : { kind: 'off', words: t('status-off'), detail: t('status-off-detail'), canConnect: session.state === 'signedIn' };
  }
}

/** The server in a few words: this computer, or the host. */
export function serverWords(server: ServerView): string {
  if (server.embedded) return t('status-server-embedded');
  return URL.canParse(server.url) ? new URL(server.url).host : server.url;
}

/** The port of an address, if it names one. */
export function portOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).port || null : null;
}
