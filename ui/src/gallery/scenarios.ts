/** Every view and every state of a call, for looking at and for the accessibility tests. */
import type { CallView, Snapshot } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, poorQuality, settings, snapshot } from '../platform/fake/fixtures';

export interface Scenario {
  readonly name: string;
  readonly host: () => FakeHost;
  /** Test ids to click, and text to type into the field, once the window is up. */
  readonly steps?: readonly { click?: string; dial?: string }[];
}

const withCalls = (...calls: Partial<CallView>[]): Partial<Snapshot> => ({
  calls: calls.map((change, index) => call({ id: `019ac000-0000-7000-8000-00000000000${index}`, ...change })),
});
const shows = (name: string, start: Partial<Snapshot> = {}, steps: Scenario['steps'] = []): Scenario => ({
  name,
  host: () => new FakeHost(start),
  steps,
});
const inCall = (name: string, change: Partial<CallView>, steps: Scenario['steps'] = []): Scenario =>
  shows(name, withCalls(change), steps);

const remote: Partial<Snapshot> = {
  session: { state: 'signedOut' },
  server: { embedded: false, url: 'https://calls.example.com', reachable: true },
  line: { kind: 'direct', registration: { state: 'unregistered' } },
  settings: { ...settings, server: { type: 'remote', url: 'https://calls.example.com' } },
};
const unanswered = { answeredAtMs: null, quality: null };
const offered: Partial<CallView> = { ...unanswered, direction: 'incoming', state: 'offered', name: 'أحمد الحربي', address: '104' };

export const scenarios: readonly Scenario[] = [
  shows('keypad', { missed: 2 }),
  shows('dial-number', {}, [{ dial: '0501234567' }]),
  shows('dial-choices', {}, [{ dial: 'a' }]),
  shows('dial-refused', {}, [{ dial: '12' }]),
  inCall('dialing', { ...unanswered, state: 'dialing' }),
  inCall('alerting', { ...unanswered, state: 'alerting', name: null }),
  inCall('connecting', { ...unanswered, state: 'connecting', answeredAtMs: Date.now() }),
  inCall('active', {}),
  inCall('active-details', {}, [{ click: 'call-quality' }]),
  inCall('muted-poor', { muted: true, quality: poorQuality, name: 'مریم رضایی', address: '107' }),
  inCall('digits', { digits: '4711#' }, [{ click: 'digits' }]),
  inCall('held', { held: true }),
  inCall('reconnecting', { state: 'reconnecting' }),
  inCall('ending', { state: 'ending' }),
  inCall('ended', { state: 'ended', end: 'remoteHangup' }),
  inCall('ended-trouble', { state: 'ended', end: 'offline', answeredAtMs: null }),
  inCall('incoming', offered),
  shows('incoming-in-call', withCalls({}, { ...offered, name: null, address: '+966559902557' })),
  shows('two-calls', withCalls({ held: true, name: 'Lina Haddad', address: '103' }, {})),
  shows('history', { missed: 0 }, [{ click: 'tab-history' }]),
  shows('history-offline', { sync: { state: 'offline', pending: 3 } }, [{ click: 'tab-history' }]),
  { name: 'history-empty', host: () => new FakeHost({}, []), steps: [{ click: 'tab-history' }] },
  shows('history-in-call', withCalls({}), [{ click: 'tab-history' }]),
  shows('team', {}, [{ click: 'tab-team' }]),
  shows('team-empty', { team: [] }, [{ click: 'tab-team' }]),
  shows('settings', {}, [{ click: 'tab-settings' }]),
  shows('settings-remote', { ...remote, session: { ...snapshot().session, kept: false } as Snapshot['session'] }, [{ click: 'tab-settings' }]),
  shows('keys', {}, [{ click: 'tab-settings' }, { click: 'keys-show' }]),
  shows('sign-in', remote),
  shows('signed-out', { session: { state: 'signedOut' }, line: { kind: 'direct', registration: { state: 'unregistered' } } }),
  shows('connecting-line', { line: { kind: 'direct', registration: { state: 'registering', attempt: 2 } } }),
  shows('line-failed', { line: { kind: 'direct', registration: { state: 'failed', code: 'sessionExpired' } } }),
  {
    name: 'problems',
    host: () => {
      const host = new FakeHost();
      setTimeout(() => {
        host.emit({ type: 'problem', failure: { code: 'noMicrophone', message: '', params: {} } });
        host.emit({ type: 'problem', failure: { code: 'portTaken', message: '', params: { port: '4001', wanted: '4000' } } });
      }, 50);
      return host;
    },
  },
  {
    name: 'start-failed',
    host: () => {
      const host = new FakeHost();
      host.startFailure = { code: 'databaseTooNew', message: '', params: { path: '/home/agent/.local/share/mobile-call/cache.sqlite' } };
      return host;
    },
  },
];
