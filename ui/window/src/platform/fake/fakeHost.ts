/** A host in memory. It remembers what it was asked, answers like a small engine, and emits whatever a test wants. */
import type {
  AddressKind,
  CallView,
  Colleague,
  Command,
  EngineEvent,
  Failure,
  HistoryEntry,
  HistoryQuery,
  LevelsEvent,
  LineKind,
  LineView,
  Preview,
  RecordingView,
  Reply,
  SecretView,
  Snapshot,
  TwilioAccountView,
  TwilioValues,
} from '../../ipc';
import { companyLines } from '../../session/companyLines';
import { ordered } from '../../settings/lines';
import { apply } from '../../state/apply';
import { canMute, isAnswered } from '../../state/calls';
import type { Host, ShowTarget, Unsubscribe } from '../host';
import { call, devices, goodQuality, history, noTwilioAccount, phoneCall, recording, snapshot } from './fixtures';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

const isOffered = (view: CallView): boolean => view.state === 'offered';

export class FakeHost implements Host {
  /** Every command, in order. */
  readonly commands: Command[] = [];
  current: Snapshot;
  entries: HistoryEntry[];
  /** Set to let commands of this type fail. */
  readonly refuse = new Map<Command['type'], Failure>();
  /** Set to let the engine fail to start. */
  startFailure: Failure | null = null;
  /** Set to hold replies back until released. */
  gate: Promise<void> | null = null;
  preferred: readonly string[] = ['en'];
  /** How often the app was to end. */
  quits = 0;

  /** The company's account at Twilio. */
  twilio: TwilioAccountView = noTwilioAccount;

  private listeners = new Set<(event: EngineEvent) => void>();
  private levelListeners = new Set<(event: LevelsEvent) => void>();
  private showListeners = new Set<(target: ShowTarget) => void>();
  private nextCall = 1;
  private nextMessage = 1;

  constructor(start: Partial<Snapshot> = {}, entries: HistoryEntry[] = history()) {
    this.current = snapshot(start);
    this.entries = entries;
  }

  async snapshot(): Promise<Snapshot> {
    if (this.startFailure) throw this.startFailure;
    return this.current;
  }

  async send(command: Command): Promise<Reply> {
    this.commands.push(command);
    if (this.gate) await this.gate;
    const failure = this.refuse.get(command.type);
    if (failure) throw failure;
    return this.answer(command);
  }

  async subscribe(listener: (event: EngineEvent) => void): Promise<Unsubscribe> {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async onLevels(listener: (event: LevelsEvent) => void): Promise<Unsubscribe> {
    this.levelListeners.add(listener);
    return () => this.levelListeners.delete(listener);
  }

  async onShow(listener: (target: ShowTarget) => void): Promise<Unsubscribe> {
    this.showListeners.add(listener);
    return () => this.showListeners.delete(listener);
  }

  async quit(): Promise<void> {
    this.quits += 1;
  }

  languages(): readonly string[] {
    return this.preferred;
  }

  /** Whether levels cost anything. */
  get levelsAreHeard(): boolean {
    return this.levelListeners.size > 0;
  }

  /** Tells the window what happened. */
  emit(event: EngineEvent): void {
    if (event.type === 'levels') {
      for (const listener of this.levelListeners) listener(event);
      return;
    }
    this.current = apply(this.current, event);
    for (const listener of this.listeners) listener(event);
  }

  /** Asks the window to show a part. */
  show(target: ShowTarget): void {
    for (const listener of this.showListeners) listener(target);
  }

  /** Commands of one type, for assertions. */
  sent<T extends Command['type']>(type: T): CommandOf<T>[] {
    return this.commands.filter((command): command is CommandOf<T> => command.type === type);
  }

  private answer(command: Command): Reply {
    switch (command.type) {
      case 'preview':
        return { type: 'preview', preview: this.preview(command.text, command.line ?? null) };
      case 'placeCall':
        return { type: 'call', call: this.place(command.destination, command.line ?? null) };
      case 'history':
        return { type: 'history', page: this.page(command.query) };
      case 'audioDevices':
        return { type: 'devices', devices };
      case 'changeSettings':
        this.emit({ type: 'settingsChanged', settings: command.settings });
        return { type: 'done' };
      case 'answer':
        this.expect(command.call, isOffered);
        this.change(command.call, { state: 'active', answeredAtMs: Date.now(), quality: goodQuality });
        return { type: 'done' };
      case 'decline':
      case 'ignore':
        this.expect(command.call, isOffered);
        this.change(command.call, { state: 'ended', end: 'localDecline' });
        return { type: 'done' };
      case 'hangUp':
        this.expect(command.call, () => true);
        this.change(command.call, { state: 'ended', end: 'localHangup' });
        return { type: 'done' };
      case 'setMute':
        this.expect(command.call, canMute);
        this.change(command.call, { muted: command.muted });
        return { type: 'done' };
      case 'setHold':
        this.expect(command.call, isAnswered);
        this.change(command.call, { held: command.held });
        return { type: 'done' };
      case 'sendDigits': {
        this.expect(command.call, isAnswered);
        const known = this.current.calls.find((view) => view.id === command.call);
        const offered = known?.postDial === command.digits ? { postDial: undefined } : {};
        this.change(command.call, { digits: (known?.digits ?? '') + command.digits, ...offered });
        return { type: 'done' };
      }
      case 'signOut':
        this.emit({ type: 'sessionChanged', session: { state: 'signedOut', why: null } });
        return { type: 'done' };
      case 'signIn':
      case 'connect':
        this.emit({ type: 'sessionChanged', session: snapshot().session });
        this.changeLines({ registration: { state: 'registered' }, why: null });
        return { type: 'done' };
      case 'disconnect':
        this.changeLines({ registration: { state: 'unregistered' } });
        return { type: 'done' };
      case 'transfer':
      case 'joinCalls':
        this.expect(command.call, isAnswered);
        this.change(command.call, { state: 'ended', end: 'localHangup' });
        return { type: 'done' };
      case 'sendMessage': {
        this.expect(command.call, isAnswered);
        const message = `message-${this.nextMessage++}`;
        this.emit({ type: 'callMessage', call: command.call, message: { state: 'taken', message } });
        return { type: 'message', message };
      }
      case 'callViaPhone':
        this.emit({ type: 'phoneCallChanged', phoneCall: { ...phoneCall(), address: command.destination } });
        return { type: 'done' };
      case 'forgetPhoneCall':
        this.emit({ type: 'phoneCallChanged', phoneCall: null });
        return { type: 'done' };
      case 'twilioAccount':
        return { type: 'twilioAccount', account: this.twilio };
      case 'setTwilioAccount':
        this.setTwilio(command.values);
        return { type: 'twilioAccount', account: this.twilio };
      case 'removeTwilioAccount':
        this.twilio = noTwilioAccount;
        return { type: 'done' };
      case 'playRecording':
        this.open(command.call);
        return { type: 'done' };
      case 'pauseRecording':
        this.changeRecording({ standing: { type: 'paused' } });
        return { type: 'done' };
      case 'seekRecording':
        this.changeRecording({ positionMs: command.positionMs });
        return { type: 'done' };
      case 'setRecordingSpeed':
        this.changeRecording({ speedPercent: command.percent });
        return { type: 'done' };
      case 'closeRecording':
        this.emit({ type: 'recordingChanged', recording: null });
        return { type: 'done' };
      case 'saveRecording':
        return { type: 'saved', file: { path: `/agent/Downloads/${command.name}.mp3`, folder: 'Downloads', name: `${command.name}.mp3` } };
      case 'syncNow':
      case 'setLevelMeter':
      case 'playTestTone':
        return { type: 'done' };
    }
  }

  private place(destination: string, line: string | null): string {
    const id = `019ac000-0000-7000-8000-2000000000${String(this.nextCall++).padStart(2, '0')}`;
    const colleague = this.current.team.find(
      (one) => one.extension === destination || `client:${one.username}` === destination,
    );
    const view = call({
      id,
      state: 'dialing',
      address: destination,
      name: destination === '*43' ? 'Echo test' : (colleague?.name ?? null),
      startedAtMs: Date.now(),
      answeredAtMs: null,
      quality: null,
      ...(line !== null && { lineId: line }),
    });
    this.emit({ type: 'callChanged', call: view });
    return id;
  }

  /** Refuses what the engine would refuse. */
  private expect(id: string, fits: (view: CallView) => boolean): void {
    const known = this.current.calls.find((view) => view.id === id);
    if (!known || known.end !== null) throw { code: 'noSuchCall', message: 'it is over', params: {} } satisfies Failure;
    if (!fits(known)) throw { code: 'notNow', message: 'not in this state', params: {} } satisfies Failure;
  }

  /** As the server keeps it: a secret that is left out stays. */
  private setTwilio({ authToken, apiSecret, ...values }: TwilioValues): void {
    const kept = (secret: string | null, known: SecretView): SecretView => (secret === null ? known : { set: true, endsIn: secret.slice(-2) });
    const secrets = { authToken: kept(authToken, this.twilio.authToken), apiSecret: kept(apiSecret, this.twilio.apiSecret) };
    this.twilio = { ...values, ...secrets, source: 'company' };
  }

  private open(call: string): void {
    const known = this.current.recording;
    const opened = known?.call === call ? known : recording({ call, positionMs: 0 });
    this.emit({ type: 'recordingChanged', recording: { ...opened, standing: { type: 'playing' } } });
  }

  private changeRecording(change: Partial<RecordingView>): void {
    const known = this.current.recording;
    if (known) this.emit({ type: 'recordingChanged', recording: { ...known, ...change } });
  }

  private changeLines(change: Partial<LineView>): void {
    this.emit({ type: 'linesChanged', lines: this.current.lines.map((known) => ({ ...known, ...change })) });
  }

  private change(id: string, change: Partial<CallView>): void {
    const known = this.current.calls.find((view) => view.id === id);
    if (known) this.emit({ type: 'callChanged', call: { ...known, ...change } });
  }

  private willCall(kind: AddressKind, address: string, name: string | null, chosen: string | null): Preview {
    const fits = (line: LineKind): boolean => (kind === 'phone' ? line !== 'direct' : kind !== 'sip' || line === 'sip');
    const lines = this.linesAsTried().filter((line) => fits(line.kind)).map(({ id }) => id);
    if (chosen !== null && !lines.includes(chosen)) return { type: 'refused', failure: this.unfit(kind, chosen, lines.length > 0) };
    const taken = this.current.lines.find(({ id }) => id === (chosen ?? lines[0]));
    const down = taken !== undefined && taken.registration.state !== 'registered';
    const obstacle: Failure | null = down ? { code: 'lineNotReady', message: 'it is down', params: { line: taken.kind } } : null;
    return { type: 'willCall', address, kind, name, line: taken?.id ?? null, lines, postDial: null, note: null, obstacle };
  }

  private linesAsTried(): LineView[] {
    const order = ordered(this.current.settings.lines, companyLines(this.current)).map(({ id }) => id);
    return this.current.lines.toSorted((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  }

  private unfit(kind: AddressKind, chosen: string, others: boolean): Failure {
    const known = this.current.lines.find(({ id }) => id === chosen);
    if (!known) return { code: 'noSuchLine', message: 'there is no such line', params: {} };
    const otherwise = kind === 'phone' ? 'askAdministrator' : 'callElse';
    const advice = others ? 'chooseLine' : otherwise;
    return { code: 'unsupportedAddress', message: 'the line cannot', params: { line: known.kind, kind, advice } };
  }

  private preview(text: string, line: string | null): Preview {
    const wanted = text.trim().toLowerCase();
    if (wanted === '') return { type: 'empty' };
    if (wanted === '*43') return this.willCall('service', '*43', 'Echo test', line);
    if (/^sip:.+@.+/.test(wanted)) return this.willCall('sip', wanted, null, line);
    const exact = this.current.team.find((one) => one.extension === wanted);
    if (exact) return this.willCall('extension', wanted, exact.name, line);
    const begun = (one: Colleague): boolean => /^\d+$/.test(wanted) && (one.extension?.startsWith(wanted) ?? false);
    const colleagues = this.current.team.filter((one) => one.name.toLowerCase().includes(wanted) || begun(one));
    if (colleagues.length > 0) return { type: 'choices', colleagues };
    const [, digits, postDial] = /^0(\d{9}) x(\d+)$/.exec(wanted) ?? [];
    if (digits !== undefined && postDial !== undefined) {
      const called = this.willCall('phone', `+966${digits}`, null, line);
      return called.type === 'willCall' ? { ...called, postDial, note: 'unknownRange' } : called;
    }
    if (/^0\d{9}$/.test(wanted)) {
      return this.willCall('phone', `+966${wanted.slice(1)}`, null, line);
    }
    if (/^\+\d{8,15}$/.test(wanted)) return this.willCall('phone', wanted, null, line);
    return { type: 'refused', failure: { code: 'malformedNumber', message: 'not a number', params: { region: 'SA' } } };
  }

  private page(query: HistoryQuery): { entries: HistoryEntry[]; next: string | null } {
    if (query.seen && this.current.missed > 0) this.emit({ type: 'historyChanged', missed: 0 });
    const wanted = query.text.trim().toLowerCase();
    const fitting = this.entries.filter(
      (entry) =>
        (query.filter === 'all' || query.filter === entry.disposition || query.filter === entry.direction) &&
        (wanted === '' || entry.address.includes(wanted) || (entry.name ?? '').toLowerCase().includes(wanted)),
    );
    const from = query.cursor === null ? 0 : Number(query.cursor);
    const to = from + (query.limit || 50);
    return { entries: fitting.slice(from, to), next: to < fitting.length ? String(to) : null };
  }
}
