/** The engine as the window sees it. Components read from here and send commands; nothing here decides about calls. */
import { getContext, setContext } from 'svelte';
import type { CallView, Command, EngineEvent, Failure, Reply, Settings, Snapshot } from '../ipc';
import { type Host, toFailure, type Unsubscribe } from '../platform/host';
import { Problems } from '../problems/problems.svelte';
import { apply } from './apply';
import { type Calls, sortCalls } from './calls';
import { HeardLevels } from './levels.svelte';
import { MissedNews } from './missedNews.svelte';

/** How long a digit that the far end sent is shown. */
const DIGIT_STAYS_MS = 4000;

export class Phone {
  /** Nothing until the engine has answered. */
  snapshot = $state.raw<Snapshot | null>(null);
  /** Why the engine could not start. */
  startFailure = $state.raw<Failure | null>(null);
  /** Grows whenever rows of the history change. */
  historyVersion = $state(0);
  /** The digit that the far end of a call has just sent. */
  receivedDigit = $state.raw<{ call: string; digit: string } | null>(null);
  readonly problems = new Problems();
  readonly calls: Calls = $derived(sortCalls(this.snapshot?.calls ?? []));

  private waiting: EngineEvent[] | null = [];
  private readonly early: Failure[] = [];

  readonly levels: HeardLevels;
  readonly missed: MissedNews;

  constructor(readonly host: Host) {
    this.levels = new HeardLevels(host);
    this.missed = new MissedNews(host);
  }

  /** Subscribes, then takes the snapshot, so that no event falls between. */
  async start(): Promise<Unsubscribe> {
    const stop = await this.host.subscribe((event) => this.receive(event));
    await this.refresh();
    return stop;
  }

  /** Takes a new snapshot. Events that arrive meanwhile are applied on top, which is right even for those that the
   * snapshot already contains, because the queue holds the newest of every part. */
  async refresh(): Promise<void> {
    const waiting: EngineEvent[] = [];
    this.waiting = waiting;
    try {
      const snapshot = await this.host.snapshot();
      // Meanwhile a newer one may have been asked for.
      if (this.waiting !== waiting) return;
      this.snapshot = waiting.reduce(apply, snapshot);
      this.missed.changed(this.snapshot.missed);
      this.startFailure = null;
      this.early.splice(0).forEach((failure) => this.report(failure));
    } catch (thrown) {
      this.startFailure = toFailure(thrown);
    } finally {
      if (this.waiting === waiting) this.waiting = null;
      this.historyVersion += 1;
    }
  }

  /** Asks the engine; what it refuses becomes a message to the agent. */
  async send(command: Command): Promise<Reply | null> {
    try {
      return await this.host.send(command);
    } catch (thrown) {
      this.problems.report(toFailure(thrown));
      return null;
    }
  }

  /** Asks the engine; the caller shows what it refuses where the agent looks. */
  async attempt(command: Command): Promise<Failure | null> {
    try {
      await this.host.send(command);
      return null;
    } catch (thrown) {
      return toFailure(thrown);
    }
  }

  /** Ends the app, with whatever is up. */
  async quit(): Promise<void> {
    try {
      await this.host.quit();
    } catch (thrown) {
      this.problems.report(toFailure(thrown));
    }
  }

  /** Changes some settings; the rest stays as the engine has it. */
  changeSettings(change: Partial<Settings>): Promise<Failure | null> {
    if (!this.snapshot) return Promise.resolve(null);
    return this.attempt({ type: 'changeSettings', settings: { ...this.snapshot.settings, ...change } });
  }

  private receive(event: EngineEvent): void {
    if (event.type === 'lagged') {
      void this.refresh();
      return;
    }
    this.note(event);
    if (this.waiting) this.waiting.push(event);
    else if (this.snapshot) this.snapshot = apply(this.snapshot, event);
  }

  private note(event: EngineEvent): void {
    if (event.type === 'historyChanged') this.noteMissed(event.missed);
    if (event.type === 'digitReceived') this.showDigit({ call: event.call, digit: event.digit });
    if (event.type === 'soundMended') this.problems.closeOf(event.role);
    if (event.type === 'callChanged') this.noteSound(event.call);
    if (event.type === 'callChanged' && event.call.state === 'ended') this.noteEnd(event.call);
    if (event.type === 'problem') this.report(event.failure);
  }

  /** What came before the first snapshot waits for it, which tells whether it is said elsewhere already. */
  private report(failure: Failure): void {
    if (this.snapshot === null) this.early.push(failure);
    else if (!this.isSaidAtSignIn(failure)) this.problems.report(failure);
  }

  /** Something of the far end came again, or there is no call any more that it is missing from. */
  private noteSound(call: CallView): void {
    const before = this.snapshot?.calls.find(({ id }) => id === call.id)?.quality?.packetsReceived ?? 0;
    if (call.state === 'ended') this.problems.closeSilence();
    else if (!call.held && (call.quality?.packetsReceived ?? 0) > before) {
      this.problems.closeAll('noAudioReceived');
      this.problems.closeAll('mediaBlocked');
    }
  }

  /** After the last call who called meanwhile stands among the missed calls. */
  private noteEnd(over: CallView): void {
    const others = this.snapshot?.calls.filter(({ id }) => id !== over.id) ?? [];
    if (sortCalls(others).front === null && this.missed.count > 0) this.problems.closeAll('calledWhileTalking');
  }

  private noteMissed(missed: number): void {
    this.historyVersion += 1;
    this.missed.changed(missed);
    // Seen here or on another device.
    if (missed === 0) this.problems.closeAll('calledWhileTalking');
  }

  private showDigit(received: { call: string; digit: string }): void {
    this.receivedDigit = received;
    setTimeout(() => {
      if (this.receivedDigit === received) this.receivedDigit = null;
    }, DIGIT_STAYS_MS);
  }

  /** Why nobody is signed in stands where one signs in. */
  private isSaidAtSignIn(failure: Failure): boolean {
    const session = this.snapshot?.session;
    return session?.state === 'signedOut' && session.why?.code === failure.code;
  }
}

const key = Symbol('phone');
export const providePhone = (phone: Phone): Phone => setContext(key, phone);
export const usePhone = (): Phone => getContext<Phone>(key);
