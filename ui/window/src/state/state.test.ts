import { describe, expect, test, vi } from 'vitest';
import type { EngineEvent, Failure, Snapshot } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, line, pbxLine, snapshot, twilioLine } from '../platform/fake/fixtures';
import { apply } from './apply';
import { sortCalls } from './calls';
import { Phone } from './phone.svelte';

describe('apply', () => {
  test('an event replaces the whole part that changed', () => {
    const before = snapshot({ calls: [call({ id: 'a' }), call({ id: 'b' })] });
    const muted = apply(before, { type: 'callChanged', call: call({ id: 'a', muted: true }) });
    expect(muted.calls.map(({ id, muted }) => [id, muted])).toEqual([['a', true], ['b', false]]);
    const added = apply(muted, { type: 'callChanged', call: call({ id: 'c' }) });
    expect(added.calls.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(apply(added, { type: 'callRemoved', call: 'b' }).calls.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  test('lines stand in the order of the event, also one that comes back', () => {
    const [direct, twilio, pbx] = [line(), twilioLine, pbxLine];
    const before = snapshot({ lines: [direct, twilio, pbx] });
    const without = apply(before, { type: 'linesChanged', lines: [direct, pbx] });
    const again = apply(without, { type: 'linesChanged', lines: [direct, twilio, pbx] });
    expect(again.lines.map(({ id }) => id)).toEqual([direct.id, twilio.id, pbx.id]);
  });

  test('the last of several events about one part wins, whatever the snapshot knew', () => {
    const events: EngineEvent[] = [
      { type: 'historyChanged', missed: 1 },
      { type: 'historyChanged', missed: 0 },
    ];
    expect(events.reduce(apply, snapshot({ missed: 5 })).missed).toBe(0);
  });
});

describe('sortCalls', () => {
  test('the call that is not held is in front, the newest of them', () => {
    const calls = sortCalls([
      call({ id: 'held', held: true }),
      call({ id: 'talking' }),
      call({ id: 'rings', state: 'offered' }),
      call({ id: 'over', state: 'ended' }),
    ]);
    expect(calls.front?.id).toBe('talking');
    expect(calls.others.map(({ id }) => id)).toEqual(['held']);
    expect(calls.offered.map(({ id }) => id)).toEqual(['rings']);
    expect(calls.ended.map(({ id }) => id)).toEqual(['over']);
  });

  test('one changes to each of several held calls in turn', () => {
    const calls = ['a', 'b', 'c'].map((id) => call({ id, held: id !== 'a' }));
    const visited: (string | undefined)[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const next = sortCalls(calls).next?.id;
      visited.push(next);
      calls.forEach((one, index) => (calls[index] = { ...one, held: one.id !== next }));
    }
    expect(visited).toEqual(['b', 'c', 'a', 'b']);
  });

  test('a call that is being placed cannot be changed to', () => {
    expect(sortCalls([call({ id: 'a' }), call({ id: 'b', state: 'dialing' })]).next).toBeNull();
    expect(sortCalls([]).next).toBeNull();
  });

  test('a held call is in front when there is no other', () => {
    expect(sortCalls([call({ id: 'held', held: true })]).front?.id).toBe('held');
  });
});

describe('Phone', () => {
  test('keeps events that come while the snapshot is on its way', async () => {
    const host = new FakeHost({ missed: 0 });
    const early = host.current;
    vi.spyOn(host, 'snapshot').mockImplementation(async () => {
      host.emit({ type: 'historyChanged', missed: 3 });
      return early;
    });
    const phone = new Phone(host);
    await phone.start();
    expect(phone.snapshot?.missed).toBe(3);
  });

  test('takes a new snapshot when it fell behind', async () => {
    const host = new FakeHost();
    const phone = new Phone(host);
    await phone.start();
    host.current = { ...host.current, missed: 7 };
    host.emit({ type: 'lagged' });
    await vi.waitFor(() => expect(phone.snapshot?.missed).toBe(7));
  });

  test('says once what came before the first snapshot', async () => {
    const [said, news] = ['keyringUnreadable', 'historyDamaged'].map(
      (code) => ({ code, message: 'no', params: {} }) as Failure,
    ) as [Failure, Failure];
    const host = new FakeHost({ session: { state: 'signedOut', why: said } });
    const early = host.current;
    vi.spyOn(host, 'snapshot').mockImplementation(async () => {
      for (const failure of [said, news]) host.emit({ type: 'problem', failure });
      return early;
    });
    const phone = new Phone(host);
    await phone.start();
    expect(phone.problems.list.map(({ failure }) => failure.code)).toEqual(['historyDamaged']);
  });

  test('falling behind while a snapshot is on its way loses nothing', async () => {
    const host = new FakeHost();
    const phone = new Phone(host);
    const answers: ((snapshot: Snapshot) => void)[] = [];
    vi.spyOn(host, 'snapshot').mockImplementation(() => new Promise((answer) => answers.push(answer)));
    const started = phone.start();
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    host.emit({ type: 'lagged' });
    host.emit({ type: 'historyChanged', missed: 5 });
    answers[0]?.({ ...host.current, missed: 1 });
    await started;
    answers[1]?.({ ...host.current, missed: 2 });
    await vi.waitFor(() => expect(phone.snapshot?.missed).toBe(5));
    expect(phone.startFailure).toBeNull();
  });

  test('turns a refusal into a message, once per code', async () => {
    const host = new FakeHost();
    const phone = new Phone(host);
    await phone.start();
    host.refuse.set('placeCall', { code: 'lineNotReady', message: 'no', params: {} });
    await phone.send({ type: 'placeCall', destination: '1' });
    await phone.send({ type: 'placeCall', destination: '1' });
    expect(phone.problems.list.map(({ failure }) => failure.code)).toEqual(['lineNotReady']);
  });

  test('tells the levels of one call from those of another and of the meter', async () => {
    const [talking, held] = [call({ id: 'talking' }), call({ id: 'held', held: true })];
    const host = new FakeHost({ calls: [talking, held] });
    const phone = new Phone(host);
    await phone.start();
    const stop = phone.levels.follow();
    const loud = { input: 0.5, output: 0.5 };
    host.emit({ type: 'levels', source: { type: 'meter' }, levels: loud });
    expect([phone.levels.meter.input, phone.levels.of(talking).input]).toEqual([0.5, 0]);
    host.emit({ type: 'levels', source: { type: 'call', call: 'talking' }, levels: loud });
    expect([phone.levels.of(talking).input, phone.levels.of(held).input]).toEqual([0.5, 0]);
    expect(phone.levels.of({ ...talking, held: true }).input).toBe(0);
    stop();
    expect(phone.levels.of(talking).input).toBe(0);
  });

  test('says why the engine could not start, and tries again', async () => {
    const host = new FakeHost();
    host.startFailure = { code: 'databaseTooNew', message: '', params: { path: '/x' } };
    const phone = new Phone(host);
    await phone.start();
    expect(phone.startFailure?.code).toBe('databaseTooNew');
    host.startFailure = null;
    await phone.refresh();
    expect(phone.startFailure).toBeNull();
    expect(phone.snapshot).not.toBeNull();
  });
});
