/** Plausible values for tests and the gallery. */
import type {
  AudioDevices,
  CallView,
  Colleague,
  HistoryEntry,
  LineCapabilities,
  LineSettings,
  LineView,
  PhoneCallStage,
  PhoneCallView,
  Quality,
  RecordingView,
  Settings,
  Snapshot,
  TwilioAccountView,
} from '../../ipc';
import { SERVER_LINE } from '../../session/serverLine';

export const settings: Settings = {
  server: { type: 'embedded' },
  autoConnect: true,
  notifications: true,
  language: 'en',
  theme: 'light',
  inputDevice: null,
  outputDevice: null,
  ringDevice: null,
  echoCancelling: true,
  noiseSuppression: true,
  automaticGain: true,
  lines: [],
  agentPhone: null,
};

/** Without the agent, as the engine gives it. */
export const team: Colleague[] = [
  { username: 'ahmad', name: 'أحمد الحربي', extension: '104', presence: 'available' },
  { username: 'lina', name: 'Lina Haddad', extension: '103', presence: 'busy' },
  { username: 'maryam', name: 'مریم رضایی', extension: '107', presence: 'available' },
  { username: 'omar', name: 'Omar Al-Otaibi', extension: '105', presence: 'offline' },
  { username: 'sara', name: 'Sara Khan', extension: '102', presence: 'available' },
  { username: 'yusuf', name: 'Yusuf Demir', extension: null, presence: 'offline' },
];

/** What today's lines can do beyond calls. */
export const noCapabilities: LineCapabilities = { blindTransfer: false, attendedTransfer: false, signaledDigits: false, messages: false };

/** The line of the server. */
export const line = (change: Partial<LineView> = {}): LineView => ({
  id: SERVER_LINE,
  kind: 'direct',
  label: '',
  registration: { state: 'registered' },
  why: null,
  capabilities: noCapabilities,
  ...change,
});

/** Lines beside it, as the settings describe them and as they stand. */
export const twilioLine = line({ id: '019ac000-0000-7000-8000-300000000001', kind: 'twilio', label: 'Riyadh numbers' });
export const pbxLine = line({ id: '019ac000-0000-7000-8000-300000000002', kind: 'sip', label: 'Office PBX' });
export const lineSettings = ({ id, kind, label }: LineView): LineSettings => ({
  id,
  kind,
  label,
  server: null,
  credentials: { type: 'keyring', name: `line ${id}` },
  enabled: true,
  agentPreference: null,
});

export const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  session: {
    state: 'signedIn',
    username: 'agent',
    name: 'Agent',
    company: 'Local',
    extension: '100',
    region: 'SA',
    companyLines: [],
    callsViaPhone: false,
    setsUpTwilio: true,
    kept: true,
  },
  server: { embedded: true, url: 'http://127.0.0.1:4000', reachable: true, portTaken: null },
  lines: [line()],
  lineKinds: [],
  calls: [],
  team,
  sync: { state: 'upToDate', atMs: Date.now() },
  missed: 0,
  settings,
  sound: { backend: 'pipeWire', microphone: 'there', speaker: 'there' },
  recording: null,
  phoneCall: null,
  ...change,
});

export const goodQuality: Quality = {
  rttMs: 24,
  jitterMs: 3.2,
  lossPercent: 0,
  mos: 4.41,
  label: 'excellent',
  packetsSent: 6210,
  packetsReceived: 6204,
  packetsLost: 0,
};

export const poorQuality: Quality = {
  rttMs: 310,
  jitterMs: 41,
  lossPercent: 6.4,
  mos: 2.7,
  label: 'poor',
  packetsSent: 6210,
  packetsReceived: 5800,
  packetsLost: 397,
};

export const call = (change: Partial<CallView> = {}): CallView => ({
  id: '019ac000-0000-7000-8000-000000000001',
  direction: 'outgoing',
  state: 'active',
  address: '+966501234567',
  name: 'Sara Khan',
  line: 'direct',
  lineId: SERVER_LINE,
  capabilities: noCapabilities,
  startedAtMs: Date.now() - 140_000,
  answeredAtMs: Date.now() - 134_000,
  muted: false,
  held: false,
  digits: '',
  quality: goodQuality,
  end: null,
  ...change,
});

export const devices: AudioDevices = {
  backend: 'pipeWire',
  inputs: [
    { id: 'in-1', name: 'Jabra Evolve2 40', default: true },
    { id: 'in-2', name: 'Built-in microphone', default: false },
  ],
  outputs: [
    { id: 'out-1', name: 'Jabra Evolve2 40', default: true },
    { id: 'out-2', name: 'Built-in speakers', default: false },
  ],
};

/** A recording of a talk, with a pause in its middle. */
export const recording = (change: Partial<RecordingView> = {}): RecordingView => ({
  call: '019ac000-0000-7000-8000-100000000000',
  standing: { type: 'playing' },
  speedPercent: 100,
  positionMs: 96_000,
  lengthMs: 254_000,
  outline: Array.from({ length: 160 }, (_, at) => (Math.abs(at - 80) < 6 ? 8 : Math.round(70 + 90 * Math.sin(at / 7) ** 2 + 90 * Math.sin(at * 2.1) ** 2))),
  ...change,
});

/** A customer who is called by way of the agent's own phone. */
export const phoneCall = (stage: PhoneCallStage = { type: 'ringsHere' }): PhoneCallView => ({
  call: '019ac000-0000-7000-8000-400000000000',
  address: '+966501234567',
  name: null,
  stage,
});

/** An account that is set up. */
export const twilioAccount: TwilioAccountView = {
  source: 'company',
  accountSid: 'AC00000000000000000000000000009f3c',
  authToken: { set: true, endsIn: 'ef' },
  phoneNumber: '+966112345678',
  apiKey: 'SK00000000000000000000000000005e1f',
  apiSecret: { set: true, endsIn: '45' },
  twimlAppSid: 'AP0000000000000000000000000000a11c',
  publicBaseUrl: 'https://calls.example.com',
  region: null,
  edge: null,
};

/** None is set up. */
export const noTwilioAccount: TwilioAccountView = {
  source: 'none',
  accountSid: null,
  authToken: { set: false, endsIn: null },
  phoneNumber: null,
  apiKey: null,
  apiSecret: { set: false, endsIn: null },
  twimlAppSid: null,
  publicBaseUrl: null,
  region: null,
  edge: null,
};

const minute = 60_000;
const day = 24 * 60 * minute;

/** A history that shows every kind of row, counted back from now. */
export function history(nowMs = Date.now()): HistoryEntry[] {
  const rows: [number, Partial<HistoryEntry>][] = [
    [3 * minute, { name: 'Sara Khan', address: '102', durationSeconds: 254, recorded: true }],
    [18 * minute, { direction: 'incoming', disposition: 'missed', address: '+966559902557', durationSeconds: 0 }],
    [55 * minute, { direction: 'incoming', name: 'أحمد الحربي', address: '104', durationSeconds: 1312, recorded: true }],
    [70 * minute, { disposition: 'unanswered', address: '+966501234567', durationSeconds: 0, synced: false }],
    [day, { disposition: 'answered', name: 'Echo test', address: '*43', durationSeconds: 12 }],
    [day + 40 * minute, { direction: 'incoming', disposition: 'declined', name: 'Lina Haddad', address: '103', durationSeconds: 0 }],
    [day + 95 * minute, { disposition: 'failed', address: '999', durationSeconds: 0 }],
    [4 * day, { direction: 'incoming', disposition: 'missed', name: 'مریم رضایی', address: 'client:maryam', durationSeconds: 0 }],
    [4 * day + 30 * minute, { name: 'Omar Al-Otaibi', address: '105', durationSeconds: 3907 }],
    [9 * day, { address: '+989121234567', durationSeconds: 61, recorded: true }],
  ];
  return rows.map(([ago, change], index) => ({
    id: `019ac000-0000-7000-8000-1000000000${String(index).padStart(2, '0')}`,
    direction: 'outgoing',
    disposition: 'answered',
    address: '100',
    name: null,
    startedAtMs: nowMs - ago,
    durationSeconds: 60,
    line: 'direct',
    synced: true,
    recorded: false,
    ...change,
  }));
}
