/** The standing of the connection in one word and one color, from what the engine says of server and line. */
import type { LineView, ServerView, Snapshot } from '../ipc';
import { problemWords } from '../problems/problemWords';
import { number } from '@mobilecall/kit/format';
import { t } from '@mobilecall/kit/i18n';
import { serverLine } from './serverLine';
import { soundTrouble } from './soundTrouble';

export interface Standing {
  readonly kind: 'ready' | 'soundless' | 'connecting' | 'off' | 'failed';
  readonly words: string;
  readonly detail: string;
  /** Connecting is up to the agent. */
  readonly canConnect: boolean;
}

/** How the app stands as a whole: as its server's line does, and ready only if calls can be heard too. */
export function standingOfAll(snapshot: Snapshot): Standing {
  const standing = standingOf(snapshot);
  const trouble = soundTrouble(snapshot.sound);
  if (standing.kind !== 'ready' || trouble === null) return standing;
  return { kind: 'soundless', words: trouble, detail: t('status-no-sound-detail'), canConnect: false };
}

/** How a line stands; without one how that of the server does, which stands for the connection as a whole. */
export function standingOf({ session, lines, server }: Snapshot, line: LineView | undefined = serverLine(lines)): Standing {
  const registration = line?.registration ?? { state: 'unregistered' };
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
      const detail = problemWords(line?.why ?? { code: registration.code, message: '', params: { url: server.url } });
      return { kind: 'failed', words: t('status-failed'), detail, canConnect: session.state === 'signedIn' };
    }
    case 'unregistered': {
      if (session.state === 'signingIn')
        return { kind: 'connecting', words: t('status-connecting'), detail: t('sign-in-busy'), canConnect: false };
      const canConnect = line !== undefined && session.state === 'signedIn';
      return { kind: 'off', words: t('status-off'), detail: t('status-off-detail'), canConnect };
    }
  }
}

/** The name of a line: the agent's or the company's, else what it is. */
export function lineName(line: Pick<LineView, 'kind' | 'label'>): string {
  return line.label === '' ? t(`line-kind-${line.kind}`) : line.label;
}

/** The server in a few words: this computer, with its port where that is not the usual one, or the host. */
export function serverWords(server: ServerView): string {
  const port = server.portTaken === null ? null : portOf(server.url);
  if (server.embedded) return port === null ? t('status-server-embedded') : t('status-server-embedded-port', { port });
  return URL.canParse(server.url) ? new URL(server.url).host : server.url;
}

/** The port of an address, if it names one. */
export function portOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).port || null : null;
}
