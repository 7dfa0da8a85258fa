import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Colleague, Command, Reply } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { line, pbxLine, twilioLine } from '../platform/fake/fixtures';
import { Phone } from '../state/phone.svelte';
import { Dial } from './dial.svelte';

let host: FakeHost;
let dial: Dial;

beforeEach(async () => {
  vi.useFakeTimers();
  host = new FakeHost();
  const phone = new Phone(host);
  await phone.start();
  dial = new Dial(phone);
});
const choice = (index: number): Colleague => dial.choices[index] as Colleague;

describe('preview', () => {
  test('is asked once for what a fast typist typed', async () => {
    for (const text of ['0', '05', '050', '0501234567']) dial.setText(text);
    await vi.runAllTimersAsync();
    expect(host.sent('preview').map(({ text }) => text)).toEqual(['0501234567']);
    expect(dial.preview).toMatchObject({ type: 'willCall', address: '+966501234567' });
  });

  test('of an older text is dropped when it comes late', async () => {
    const replies = new Map<string, (reply: Reply) => void>();
    vi.spyOn(host, 'send').mockImplementation(
      (command: Command) => new Promise((resolve) => command.type === 'preview' && replies.set(command.text, resolve)),
    );
    const answer = (text: string): void =>
      replies.get(text)?.({ type: 'preview', preview: { type: 'willCall', address: text, kind: 'extension', name: null, line: null, lines: [], postDial: null, note: null, obstacle: null } });
    dial.setText('10');
    await vi.advanceTimersByTimeAsync(200);
    dial.setText('104');
    await vi.advanceTimersByTimeAsync(200);
    answer('104');
    answer('10');
    await vi.runAllTimersAsync();
    expect(dial.preview).toMatchObject({ address: '104' });
  });

  test('says whether the colleague can be reached now', async () => {
    for (const [text, presence] of [['104', 'available'], ['103', 'busy'], ['105', 'offline'], ['0501234567', null], ['*43', null]] as const) {
      dial.setText(text);
      await vi.runAllTimersAsync();
      expect([text, dial.preview.type, dial.presence]).toEqual([text, 'willCall', presence]);
    }
  });

  test('of an older text promises nothing for the next', async () => {
    dial.setText('0501234567');
    await vi.runAllTimersAsync();
    expect(dial.ready).toBe(true);
    dial.setText('05012345670000');
    expect(dial.ready).toBe(false);
    await vi.runAllTimersAsync();
    expect(dial.ready).toBe(false);
    dial.setText('0501234567');
    await vi.runAllTimersAsync();
    expect(dial.ready).toBe(true);
  });

  test('of one digit offers whose extension it begins, and the call waits for one of them', async () => {
    dial.setText('1');
    await vi.runAllTimersAsync();
    expect(dial.choices.map(({ extension }) => extension)).toContain('104');
    expect([dial.ready, dial.undecided]).toEqual([false, true]);
    dial.mark(1);
    expect([dial.ready, dial.undecided]).toEqual([true, false]);
    dial.setText('104');
    expect(dial.undecided).toBe(false);
    await vi.runAllTimersAsync();
    expect(dial.ready).toBe(true);
  });

  test('of an empty field is nothing, at once and without a question', () => {
    dial.setText('  ');
    expect(dial.preview).toEqual({ type: 'empty' });
    expect(host.sent('preview')).toEqual([]);
  });
});

describe('placing', () => {
  test('sends what was typed and empties the field', async () => {
    dial.setText('*43');
    await dial.place();
    expect(host.sent('placeCall')).toEqual([{ type: 'placeCall', destination: '*43' }]);
    expect(dial.text).toBe('');
  });

  test('calls the marked colleague', async () => {
    dial.setText('sara');
    await vi.runAllTimersAsync();
    dial.mark(1);
    await dial.place();
    expect(host.sent('placeCall')).toEqual([{ type: 'placeCall', destination: 'client:sara' }]);
  });

  test('marks from either end and around', async () => {
    dial.setText('a');
    await vi.runAllTimersAsync();
    const last = dial.choices.length - 1;
    dial.mark(-1);
    expect(dial.marked).toBe(last);
    dial.mark(1);
    expect(dial.marked).toBe(0);
  });

  test('marks the first of several before it calls anybody', async () => {
    dial.setText('a');
    await vi.runAllTimersAsync();
    expect(await dial.place()).toBe(false);
    expect(dial.marked).toBe(0);
    expect(host.sent('placeCall')).toEqual([]);
    expect(await dial.place()).toBe(true);
    expect(host.sent('placeCall')).toHaveLength(1);
  });

  test('what is typed at once before Enter is dialed, not an older choice', async () => {
    dial.setText('10');
    await vi.runAllTimersAsync();
    host.current = { ...host.current, team: host.current.team.filter(({ extension }) => extension === '102') };
    dial.preview = { type: 'choices', colleagues: host.current.team };
    dial.setText('102');
    expect(await dial.place()).toBe(true);
    expect(host.sent('placeCall')).toEqual([{ type: 'placeCall', destination: '102' }]);
  });

  test('waits for the preview that is on its way', async () => {
    let release = (): void => {};
    dial.setText('sar');
    host.gate = new Promise((resolve) => (release = resolve));
    await vi.runAllTimersAsync();
    const placed = dial.place();
    release();
    expect(await placed).toBe(false);
    expect(dial.choices.map(({ username }) => username)).toEqual(['sara']);
    expect(dial.marked).toBe(0);
    expect(host.sent('preview')).toHaveLength(1);
    expect(host.sent('placeCall')).toEqual([]);
  });

  test('places nothing when the text changed after Enter', async () => {
    let release = (): void => {};
    dial.setText('102');
    host.gate = new Promise((resolve) => (release = resolve));
    const placed = dial.place();
    dial.setText('1023');
    release();
    expect(await placed).toBe(false);
    expect(host.sent('placeCall')).toEqual([]);
  });

  test('says why a chosen colleague cannot be called, and tries the same one again', async () => {
    host.refuse.set('placeCall', { code: 'lineNotReady', message: '', params: {} });
    dial.setText('1');
    await vi.runAllTimersAsync();
    await dial.choose(choice(2));
    expect([dial.refused?.code, dial.undecided]).toEqual(['lineNotReady', false]);
    host.refuse.clear();
    expect(await dial.place()).toBe(true);
    expect(host.sent('placeCall').map(({ destination }) => destination)).toEqual(['client:maryam', 'client:maryam']);
  });

  test('calls who was marked, also when somebody else has joined the list', async () => {
    dial.setText('1');
    await vi.runAllTimersAsync();
    dial.mark(1);
    expect(choice(dial.marked).username).toBe('ahmad');
    host.emit({ type: 'teamChanged', team: [{ username: 'aaron', name: 'Aaron', extension: '111', presence: 'available' }, ...host.current.team] });
    dial.refresh();
    await dial.place();
    expect(host.sent('placeCall').map(({ destination }) => destination)).toEqual(['client:ahmad']);
  });

  test('says what was refused until the lines are others', async () => {
    host.refuse.set('placeCall', { code: 'lineNotReady', message: '', params: {} });
    dial.setText('1');
    await vi.runAllTimersAsync();
    await dial.choose(choice(2));
    host.emit({ type: 'teamChanged', team: [...host.current.team] });
    dial.refresh();
    await vi.runAllTimersAsync();
    expect(dial.refused?.code).toBe('lineNotReady');
    host.emit({ type: 'linesChanged', lines: [line()] });
    dial.refresh();
    await vi.runAllTimersAsync();
    expect([dial.refused, dial.marked]).toEqual([null, 2]);
  });

  test('shows the list again before it marks one of it', async () => {
    host.refuse.set('placeCall', { code: 'unknownExtension', message: '', params: {} });
    dial.setText('999');
    await dial.place();
    dial.preview = { type: 'choices', colleagues: host.current.team };
    expect(await dial.place()).toBe(false);
    expect([dial.refused, dial.marked]).toEqual([null, 0]);
  });

  test('offers the choice when Enter came before the preview', async () => {
    host.refuse.set('placeCall', { code: 'unknownExtension', message: 'several fit', params: {} });
    dial.setText('a');
    await dial.place();
    expect(dial.choices.length).toBeGreaterThan(1);
    expect(dial.refused).toBeNull();
  });

  test('keeps the text and says why when it is refused', async () => {
    host.refuse.set('placeCall', { code: 'unknownExtension', message: '', params: {} });
    dial.setText('999');
    await dial.place();
    expect(dial.text).toBe('999');
    expect(dial.refused?.code).toBe('unknownExtension');
    dial.setText('99');
    expect(dial.refused).toBeNull();
  });
});

describe('a chosen line', () => {
  const preview = async (text: string): Promise<void> => {
    dial.setText(text);
    await vi.runAllTimersAsync();
  };
  const choose = async (text: string, chosen: string): Promise<void> => {
    await preview(text);
    dial.chooseLine(chosen);
    await vi.runAllTimersAsync();
    expect(dial.preview).toMatchObject({ type: 'willCall', line: chosen });
  };

  beforeEach(() => {
    host.current = { ...host.current, lines: [line(), twilioLine, pbxLine] };
  });

  test('stays while more of the same kind is typed', async () => {
    await choose('+966501234567', pbxLine.id);
    await preview('+9665012345678');
    expect(dial.preview).toMatchObject({ type: 'willCall', line: pbxLine.id });
  });

  test('is dropped when it cannot call what is typed now', async () => {
    await choose('102', twilioLine.id);
    await preview('sip:a@b');
    expect(dial.preview).toMatchObject({ type: 'willCall', kind: 'sip', line: pbxLine.id });
    expect(dial.line).toBeNull();
  });

  test('is dropped when it is gone', async () => {
    await choose('0501234567', pbxLine.id);
    host.emit({ type: 'linesChanged', lines: host.current.lines.filter(({ id }) => id !== pbxLine.id) });
    await preview('0501234568');
    expect(dial.preview).toMatchObject({ type: 'willCall', line: twilioLine.id });
  });

  test('is dropped when the call finds it gone, and what is left can be chosen', async () => {
    await choose('0501234567', pbxLine.id);
    host.emit({ type: 'linesChanged', lines: host.current.lines.filter(({ id }) => id !== pbxLine.id) });
    host.refuse.set('placeCall', { code: 'noSuchLine', message: '', params: {} });
    expect(await dial.place()).toBe(false);
    await vi.runAllTimersAsync();
    expect(dial.refused?.code).toBe('noSuchLine');
    expect(dial.preview).toMatchObject({ type: 'willCall', line: twilioLine.id });
  });

  test('for a number is not taken for a colleague', async () => {
    await choose('0501234567', pbxLine.id);
    dial.setText('102');
    await dial.place();
    expect(host.sent('placeCall')).toEqual([{ type: 'placeCall', destination: '102' }]);
  });

  test('is not taken for one of the choices', async () => {
    await choose('0501234567', pbxLine.id);
    await preview('a');
    await dial.choose(choice(0));
    await choose('0501234567', pbxLine.id);
    await preview('a');
    dial.mark(1);
    await dial.place();
    expect(host.sent('placeCall').map((command) => command.line)).toEqual([undefined, undefined]);
  });

  test('that is refused without it says the reason of the text', async () => {
    await choose('0501234567', pbxLine.id);
    await preview('05x');
    expect(dial.preview).toMatchObject({ type: 'refused', failure: { code: 'malformedNumber' } });
    expect(dial.line).toBeNull();
  });
});
