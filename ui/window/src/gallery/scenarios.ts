/** Every view and every state of a call, for looking at and for the accessibility tests. */
import type { CallView, Failure, HistoryEntry, LineKind, LineView, PhoneCallStage, Snapshot } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import {
  call,
  history,
  line,
  lineSettings,
  pbxLine,
  phoneCall,
  poorQuality,
  recording,
  settings,
  snapshot,
  twilioAccount,
  twilioLine,
} from '../platform/fake/fixtures';

export interface Scenario {
  readonly name: string;
  readonly host: () => FakeHost;
  /** What an agent does once the window is up. */
  readonly steps?: readonly Step[];
}

/** Test ids of what to click, fill in and scroll to; `dial` fills the smart field. */
export interface Step {
  readonly click?: string;
  readonly dial?: string;
  readonly fill?: readonly [field: string, text: string];
  readonly scrollTo?: string;
}

const withCalls = (...calls: Partial<CallView>[]): Partial<Snapshot> => ({
  calls: calls.map((change, index) => call({ id: `019ac000-0000-7000-8000-00000000000${index}`, ...change })),
});
const shows = (name: string, start: Partial<Snapshot> = {}, steps: Scenario['steps'] = []): Scenario => ({
  name,
  host: () => new FakeHost(start),
  steps,
});
/** Has problems reported and commands refused. */
const troubled = (name: string, start: Partial<Snapshot>, failures: readonly Failure[], steps: Scenario['steps'] = []): Scenario => ({
  name,
  host: () => {
    const host = new FakeHost(start);
    setTimeout(() => failures.forEach((failure) => host.emit({ type: 'problem', failure })), 50);
    return host;
  },
  steps,
});
const failure = (code: Failure['code'], params: Failure['params'] = {}): Failure => ({ code, message: '', params });
const troubles = [failure('noMicrophone'), failure('keyringUnavailable')];
const missedTwo = ['Lina Haddad', 'Omar Al-Otaibi'].map((who) => failure('calledWhileTalking', { who, call: who }));
const inCall = (name: string, change: Partial<CallView>, steps: Scenario['steps'] = []): Scenario =>
  shows(name, withCalls(change), steps);

const remote: Partial<Snapshot> = {
  session: { state: 'signedOut', why: null },
  server: { embedded: false, url: 'https://calls.example.com', reachable: true, portTaken: null },
  lines: [line({ registration: { state: 'unregistered' } })],
  settings: { ...settings, server: { type: 'remote', url: 'https://calls.example.com' } },
};
const unreachable: Partial<Snapshot> = {
  server: { embedded: false, url: 'https://calls.example.com', reachable: false, portTaken: null },
  session: {
    state: 'signedOut',
    why: { code: 'serverUnreachable', message: '', params: { url: 'https://calls.example.com' } },
  },
};
const unheard = { outline: [], positionMs: 0, lengthMs: 0 };
const unanswered = { answeredAtMs: null, quality: null };
const offered: Partial<CallView> = { ...unanswered, direction: 'incoming', state: 'offered', name: 'أحمد الحربي', address: '104' };

const threeOffered = [
  offered,
  { ...offered, name: null, address: '+966559902557' },
  { ...offered, name: 'Omar Al-Otaibi', address: '105' },
];

const twoOffered = threeOffered.slice(0, 2);

const longArabic = 'عبد الرحمن بن عبد العزيز بن محمد آل الشيخ الحربي';
const longPersian = 'سید محمدحسین علی‌اکبرزادهٔ قوچانی‌نژاد اصفهانی';
const longNumber = '+998901234567890123';
const long: readonly Partial<HistoryEntry>[] = [
  { name: longArabic, address: longNumber },
  { name: longPersian, address: 'client:a.very.long.user.name' },
  { name: null, address: longNumber },
  { name: null, address: 'sip:a.very.long.user.name@pbx.branch-office.example.com' },
];
const longTeam = snapshot().team.map((one, index) => ({
  ...one,
  name: [longArabic, longPersian, 'Maximiliana Featherstonehaugh-Cholmondeley'][index % 3] ?? one.name,
  extension: String(1_000_000 + index),
}));
const signedIn = { state: 'signedIn', username: 'agent', region: 'SA', companyLines: [] as LineKind[], callsViaPhone: false, setsUpTwilio: false, kept: true } as const;

/** At a server that can call the agent's own phone. */
const viaPhone = (stage?: PhoneCallStage): Partial<Snapshot> => ({
  session: { ...signedIn, name: 'Agent', company: 'Local', extension: '100', callsViaPhone: true },
  settings: { ...settings, agentPhone: '+966559902557' },
  phoneCall: stage ? phoneCall(stage) : null,
});
const withTwilio = (name: string, steps: NonNullable<Scenario['steps']>, refused?: Failure): Scenario => ({
  name,
  host: () => {
    const host = new FakeHost();
    host.twilio = twilioAccount;
    if (refused) host.refuse.set('setTwilioAccount', refused);
    return host;
  },
  steps: [{ click: 'tab-settings' }, ...steps],
});

const withLines = (...others: LineView[]): Partial<Snapshot> => ({
  lines: [line(), ...others],
  settings: { ...settings, lines: others.map(lineSettings) },
});
const pbxDown: LineView = { ...pbxLine, registration: { state: 'registering', attempt: 3 } };
const unavailable: LineView = {
  ...pbxLine,
  registration: { state: 'failed', code: 'lineUnavailable' },
  why: failure('lineUnavailable', { line: 'sip' }),
};

export const scenarios: readonly Scenario[] = [
  shows('keypad', { missed: 2 }),
  shows('dial-number', {}, [{ dial: '0501234567' }]),
  shows('dial-choices', {}, [{ dial: 'a' }]),
  shows('dial-refused', {}, [{ dial: '12' }]),
  {
    name: 'dial-no-line',
    host: () => {
      const host = new FakeHost();
      host.refuse.set('placeCall', failure('unsupportedAddress', { line: 'direct', kind: 'phone', advice: 'addLine' }));
      return host;
    },
    steps: [{ dial: '0501234567' }, { click: 'dial-button' }],
  },
  shows('dial-via-phone', { ...withLines(twilioLine), ...viaPhone() }, [{ dial: '0501234567' }]),
  shows('phone-call-two-lines', { ...withLines(twilioLine), ...viaPhone({ type: 'ringsThere' }) }),
  shows('phone-call-asked', viaPhone({ type: 'asked' })),
  shows('phone-call-rings-here', viaPhone({ type: 'ringsHere' })),
  shows('phone-call-answered-here', viaPhone({ type: 'answeredHere' })),
  shows('phone-call-talking', viaPhone({ type: 'talking', sinceMs: Date.now() - 75_000 })),
  shows('phone-call-ended', viaPhone({ type: 'ended', disposition: 'unanswered' })),
  shows('phone-call-refused', viaPhone({ type: 'refused', failure: failure('phoneCallRefused', { reason: 'country', code: '21215' }) })),
  shows('choosing-one-digit', {}, [{ dial: '1' }]),
  shows('dial-long-name', { team: longTeam.map((one, index) => (index === 0 ? { ...one, extension: '102' } : one)) }, [{ dial: '102' }]),
  shows('dial-line-down', { lines: [line({ registration: { state: 'registering', attempt: 1 } })] }, [{ dial: '102' }]),
  inCall('dialing', { ...unanswered, state: 'dialing' }),
  inCall('alerting', { ...unanswered, state: 'alerting', name: null }),
  inCall('connecting', { ...unanswered, state: 'connecting', answeredAtMs: Date.now() }),
  inCall('active', {}),
  inCall('active-details', {}, [{ click: 'call-quality' }]),
  inCall('muted-poor', { muted: true, quality: poorQuality, name: 'مریم رضایی', address: '107' }),
  inCall('digits', { digits: '4711#' }, [{ click: 'digits' }]),
  {
    name: 'digits-received',
    host: () => {
      const host = new FakeHost(withCalls({ digits: '4711#' }));
      setTimeout(() => host.emit({ type: 'digitReceived', call: host.current.calls[0]?.id ?? '', digit: '1' }), 50);
      return host;
    },
    steps: [{ click: 'digits' }],
  },
  inCall('digits-long', { digits: '0123456789*#'.repeat(4) }, [{ click: 'digits' }]),
  inCall('held', { held: true }),
  inCall('reconnecting', { state: 'reconnecting' }),
  inCall('ending', { state: 'ending' }),
  inCall('ended', { state: 'ended', end: 'remoteHangup' }),
  inCall('ended-trouble', { state: 'ended', end: 'offline', answeredAtMs: null }),
  shows('unseen-one', { missed: 1 }),
  shows('unseen-three', { missed: 3 }),
  shows('unseen-three-team', { missed: 3 }, [{ click: 'tab-team' }]),
  inCall('incoming', offered),
  shows('incoming-in-call', withCalls({}, { ...offered, name: null, address: '+966559902557' })),
  shows('ringing-three', withCalls(...threeOffered)),
  shows('ringing-three-in-call', withCalls({}, ...threeOffered)),
  shows('ringing-three-history', withCalls({}, ...threeOffered), [{ click: 'tab-history' }]),
  shows('ringing-two', withCalls(...twoOffered)),
  shows('ringing-two-lines', { ...withCalls(...twoOffered), ...withLines(twilioLine) }),
  shows('ringing-two-in-call', withCalls({}, ...twoOffered)),
  shows('ringing-long', withCalls({ ...offered, name: longArabic }, { ...offered, name: longPersian, address: '+966559902557' })),
  inCall('choosing-ringing', offered, [{ dial: 'a' }]),
  shows('choosing-ringing-two', withCalls(...twoOffered), [{ dial: 'a' }]),
  troubled('choosing-problems', {}, troubles, [{ dial: 'a' }]),
  troubled('choosing-problems-ringing', withCalls(offered), troubles, [{ dial: 'a' }]),
  troubled('choosing-missed-in-call', withCalls({ name: longArabic }, offered), missedTwo, [{ dial: 'a' }]),
  troubled('missed-two-typing-in-call', withCalls({}), missedTwo, [{ dial: '0501234567' }]),
  troubled('missed-two-two-calls', withCalls({ held: true, name: 'Lina Haddad', address: '103' }, {}), missedTwo),
  troubled('missed-two-two-calls-typing', withCalls({ held: true, name: longArabic }, {}), missedTwo, [{ dial: '0501234567' }]),
  troubled('missed-two-two-calls-ringing', withCalls({ held: true, name: longArabic }, {}, offered), missedTwo, [{ dial: '0501234567' }]),
  inCall('choosing-in-call', {}, [{ dial: 'a' }]),
  inCall('dial-in-call', {}, [{ dial: '0501234567' }]),
  inCall('dial-refused-in-call', {}, [{ dial: '12' }]),
  inCall('long-arabic', { name: longArabic, address: longNumber }),
  inCall('long-persian-digits', { name: longPersian, address: longNumber, digits: '0123456789#*'.repeat(4) }, [{ click: 'digits' }]),
  inCall('long-incoming', { ...offered, name: longPersian, address: longNumber }),
  inCall('long-number-ended', { state: 'ended', end: 'mediaLost', name: null, address: longNumber }),
  inCall('long-sip-incoming', { ...offered, name: null, address: 'sip:a.very.long.user.name@pbx.branch-office.example.com' }),
  {
    name: 'long-history',
    host: () => new FakeHost({ team: longTeam }, history().map((entry, index) => ({ ...entry, ...long[index % long.length] }))),
    steps: [{ click: 'tab-history' }],
  },
  shows('long-history-in-call', withCalls({ name: longArabic, address: longNumber }), [{ click: 'tab-history' }]),
  shows('long-team', { team: longTeam }, [{ click: 'tab-team' }]),
  shows('long-choices', { team: longTeam }, [{ dial: 'ا' }]),
  shows('long-account', { session: { ...signedIn, name: longArabic, company: longPersian, extension: '1000000' } }, [{ click: 'tab-settings' }]),
  shows('two-calls', withCalls({ held: true, name: 'Lina Haddad', address: '103' }, {})),
  shows('long-held', withCalls({ held: true, name: longArabic, address: longNumber }, { held: true, name: longPersian }, {})),
  inCall('digits-details', { quality: poorQuality }, [{ click: 'call-quality' }, { dial: '0501234567' }]),
  troubled('missed-in-call', withCalls({}), missedTwo.slice(0, 1)),
  inCall('quit-in-call', {}, [{ click: 'tab-settings' }, { click: 'quit' }]),
  shows('history', { missed: 0 }, [{ click: 'tab-history' }]),
  shows('history-playing', { recording: recording() }, [{ click: 'tab-history' }]),
  shows('history-paused-saved', { recording: recording({ standing: { type: 'paused' }, speedPercent: 150 }) }, [
    { click: 'tab-history' },
    { click: 'recording-save' },
  ]),
  shows('history-recording-loading', { recording: recording({ ...unheard, standing: { type: 'loading', percent: 40 } }) }, [{ click: 'tab-history' }]),
  shows('history-recording-deleted', { recording: recording({ ...unheard, standing: { type: 'failed', failure: failure('recordingDeleted') } }) }, [
    { click: 'tab-history' },
  ]),
  shows('history-offline', { sync: { state: 'offline', pending: 3 } }, [{ click: 'tab-history' }]),
  { name: 'history-empty', host: () => new FakeHost({}, []), steps: [{ click: 'tab-history' }] },
  shows('history-in-call', withCalls({}), [{ click: 'tab-history' }]),
  shows('team', {}, [{ click: 'tab-team' }]),
  shows('team-empty', { team: [] }, [{ click: 'tab-team' }]),
  shows('settings', {}, [{ click: 'tab-settings' }]),
  shows('settings-remote', { ...remote, session: { ...snapshot().session, kept: false } as Snapshot['session'] }, [{ click: 'tab-settings' }]),
  shows('settings-sound', {}, [{ click: 'tab-settings' }, { click: 'level-toggle' }, { scrollTo: 'setting-gain' }]),
  shows('settings-phone', viaPhone(), [{ click: 'tab-settings' }, { fill: ['setting-agent-phone', '055'] }, { scrollTo: 'agent-phone-save' }]),
  shows('settings-twilio-none', {}, [{ click: 'tab-settings' }, { scrollTo: 'twilio-reach' }]),
  withTwilio('settings-twilio', [{ scrollTo: 'twilio-remove' }]),
  withTwilio(
    'settings-twilio-wrong',
    [{ click: 'twilio-save' }, { scrollTo: 'setting-TWILIO_AUTH_TOKEN' }],
    failure('badTwilioAccount', { TWILIO_ACCOUNT_SID: 'wrong', TWILIO_AUTH_TOKEN: 'missing' }),
  ),
  shows('server-moved', { server: { embedded: true, url: 'http://127.0.0.1:4003', reachable: true, portTaken: 4000 } }, [{ click: 'tab-settings' }, { scrollTo: 'server-port' }]),
  shows('settings-end', {}, [{ click: 'tab-settings' }, { scrollTo: 'keys-show' }]),
  shows('keys', {}, [{ click: 'tab-settings' }, { click: 'keys-show' }]),
  shows('sign-in', remote),
  shows('sign-in-unreachable', { ...remote, ...unreachable }),
  shows('history-signed-out', remote, [{ click: 'tab-history' }]),
  {
    name: 'sign-in-error',
    host: () => {
      const host = new FakeHost(remote);
      host.refuse.set('signIn', failure('wrongCredentials'));
      return host;
    },
    steps: [
      { fill: ['sign-in-username', 'sara'] },
      { fill: ['sign-in-password', 'not it'] },
      { click: 'sign-in-submit' },
      { scrollTo: 'sign-in-error' },
    ],
  },
  shows('signed-out', { session: { state: 'signedOut', why: null }, lines: [line({ registration: { state: 'unregistered' } })] }),
  shows('server-down', {
    session: { ...signedIn, name: 'Sara Hassan', company: 'Acme', extension: '101' },
    server: { embedded: false, url: 'http://127.0.0.1:4000', reachable: false, portTaken: null },
    lines: [line({ registration: { state: 'registering', attempt: 3 } })],
  }),
  shows('connecting-line', { lines: [line({ registration: { state: 'registering', attempt: 2 } })] }),
  shows('line-failed', { lines: [line({ registration: { state: 'failed', code: 'sessionExpired' } })] }),
  shows('lines-two', withLines(twilioLine), [{ dial: '0501234567' }]),
  shows('lines-three', withLines(twilioLine, pbxDown), [{ dial: '0501234567' }]),
  shows(
    'lines-company-order',
    { ...withLines(twilioLine, pbxLine), session: { ...snapshot().session, companyLines: ['sip', 'twilio'] } as Snapshot['session'] },
    [{ click: 'tab-settings' }, { scrollTo: 'setting-company-order' }],
  ),
  shows('lines-three-settings', withLines(twilioLine, unavailable), [{ click: 'tab-settings' }, { scrollTo: `setting-line-${pbxLine.id}` }]),
  shows('line-form', { ...withLines(twilioLine, pbxDown), lineKinds: ['twilio', 'sip'] }, [
    { click: 'tab-settings' },
    { click: `line-change-${pbxLine.id}` },
    { scrollTo: 'line-remove' },
  ]),
  troubled('problems', {}, troubles),
  troubled('problems-in-call', withCalls({}), [...troubles, failure('noAudioReceived')]),
  troubled('problems-ringing', withCalls({}, offered), troubles),
  {
    name: 'start-failed',
    host: () => {
      const host = new FakeHost();
      host.startFailure = { code: 'databaseTooNew', message: '', params: { path: '/home/agent/.local/share/mobile-call/cache.sqlite' } };
      return host;
    },
  },
];
