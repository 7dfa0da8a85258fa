import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import type { LineKind, LineView, Snapshot } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { call, line, lineSettings, pbxLine, settings, snapshot, twilioLine } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

const withLines = (...others: LineView[]): Partial<Snapshot> => ({
  lines: [line(), ...others],
  settings: { ...settings, lines: others.map(lineSettings) },
});

describe('one line', () => {
  test('is not named where there is nothing to tell it from', async () => {
    const { user } = await startApp();
    await user.type(screen.getByTestId('dial-field'), '102');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Will call Sara Khan'));
    expect(screen.queryByTestId('dial-line')).toBeNull();
    expect(screen.queryAllByTestId('line-standing')).toHaveLength(0);
  });
});

describe('several lines', () => {
  test('stand for themselves in the strip', async () => {
    const { host } = await startApp(new FakeHost(withLines(twilioLine, pbxLine)));
    const standings = (): (string | null)[] =>
      screen.getAllByTestId('line-standing').map((chip) => chip.getAttribute('data-standing'));
    expect(standings()).toEqual(['ready', 'ready', 'ready']);
    const [own] = host.current.lines as [LineView];
    const down: LineView = { ...pbxLine, registration: { state: 'registering', attempt: 2 } };
    host.emit({ type: 'linesChanged', lines: [own, twilioLine, down] });
    await waitFor(() => expect(standings()).toEqual(['ready', 'ready', 'connecting']));
    expect(plain(screen.getByTestId('status-text'))).toBe('Ready');
    host.emit({ type: 'linesChanged', lines: [own, down] });
    await waitFor(() => expect(standings()).toEqual(['ready', 'connecting']));
    host.emit({ type: 'linesChanged', lines: [own, twilioLine, down] });
    await waitFor(() => expect(standings()).toEqual(['ready', 'ready', 'connecting']));
  });

  test('are named by the preview, without a choice where only one can', async () => {
    const { user } = await startApp(new FakeHost(withLines(twilioLine)));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    expect(plain(await screen.findByTestId('dial-line'))).toBe('Over Riyadh numbers');
  });

  test('can be chosen from where several could take the call', async () => {
    const { host, user } = await startApp(new FakeHost(withLines(twilioLine, pbxLine)));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    const choice = await screen.findByTestId<HTMLSelectElement>('dial-line');
    expect(choice.value).toBe(twilioLine.id);
    await user.selectOptions(choice, pbxLine.id);
    await waitFor(() => expect(host.sent('preview').at(-1)?.line).toBe(pbxLine.id));
    await user.click(screen.getByTestId('dial-button'));
    await waitFor(() => expect(host.sent('placeCall')).toEqual([{ type: 'placeCall', destination: '0501234567', line: pbxLine.id }]));
    // The choice was for that call.
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await waitFor(() => expect(host.sent('preview').at(-1)).toEqual({ type: 'preview', text: '0501234567' }));
  });

  test('are named anew when the order of the company or of the agent changes', async () => {
    const { host, user } = await startApp(new FakeHost(withLines(twilioLine, pbxLine)));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    const named = (): string => screen.getByTestId<HTMLSelectElement>('dial-line').value;
    await waitFor(() => expect(named()).toBe(twilioLine.id));
    const session = { ...snapshot().session, companyLines: ['sip'] } as Snapshot['session'];
    host.emit({ type: 'sessionChanged', session });
    await waitFor(() => expect(named()).toBe(pbxLine.id));
    const own = [twilioLine, pbxLine].map((line, agentPreference) => ({ ...lineSettings(line), agentPreference }));
    host.emit({ type: 'settingsChanged', settings: { ...settings, lines: own } });
    await waitFor(() => expect(named()).toBe(twilioLine.id));
  });

  test('can still be chosen from when the call was refused', async () => {
    const { host, user } = await startApp(new FakeHost(withLines(twilioLine, pbxLine)));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await screen.findByTestId('dial-line');
    host.refuse.set('placeCall', { code: 'lineNotReady', message: '', params: { line: 'twilio' } });
    await user.click(screen.getByTestId('dial-button'));
    expect(plain(await screen.findByRole('alert'))).toBeTruthy();
    await user.selectOptions(screen.getByTestId('dial-line'), pbxLine.id);
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(screen.getByTestId<HTMLSelectElement>('dial-line').value).toBe(pbxLine.id);
  });

  test('are listed in the settings with their reason, and turned off there', async () => {
    const why = { code: 'lineUnavailable' as const, message: '', params: { line: 'sip' } };
    const failed: LineView = { ...pbxLine, registration: { state: 'failed', code: why.code }, why };
    const { host, user } = await startApp(new FakeHost(withLines(twilioLine, failed)));
    await user.click(screen.getByTestId('tab-settings'));
    expect(await screen.findByText(/This kind of line is not available/)).toBeTruthy();
    await user.click(screen.getByTestId(`setting-line-${twilioLine.id}`));
    const wanted = host.sent('changeSettings')[0]?.settings.lines.map(({ enabled }) => enabled);
    expect(wanted).toEqual([false, true]);
  });
});

describe('the settings', () => {
  const ids = (host: FakeHost): string[] => host.current.settings.lines.map(({ id }) => id);
  const settingsOf = async (change: Partial<Snapshot>): Promise<Awaited<ReturnType<typeof startApp>>> => {
    const started = await startApp(new FakeHost(change));
    await started.user.click(screen.getByTestId('tab-settings'));
    return started;
  };

  test('offer no kind of line that this engine cannot make', async () => {
    await settingsOf(withLines(twilioLine));
    expect(screen.queryByTestId('line-add')).toBeNull();
  });

  test('add a line of a kind that the engine has', async () => {
    const { host, user } = await settingsOf({ lineKinds: ['sip'] });
    await user.click(screen.getByTestId('line-add'));
    await user.type(screen.getByTestId('setting-line-label'), 'Branch');
    await user.type(screen.getByTestId('setting-line-server'), 'pbx.example.com');
    await user.click(screen.getByTestId('line-save'));
    await waitFor(() => expect(screen.queryByTestId('line-form')).toBeNull());
    expect(host.current.settings.lines).toMatchObject([{ kind: 'sip', label: 'Branch', server: 'pbx.example.com', enabled: true }]);
  });

  test('change, order and remove lines', async () => {
    const { host, user } = await settingsOf(withLines(twilioLine, pbxLine));
    await user.click(screen.getByTestId(`line-change-${pbxLine.id}`));
    const name = screen.getByTestId<HTMLInputElement>('setting-line-label');
    expect(name.value).toBe('Office PBX');
    await user.clear(name);
    await user.type(name, 'الفرع');
    await user.click(screen.getByTestId('line-save'));
    await waitFor(() => expect(host.current.settings.lines[1]?.label).toBe('الفرع'));

    await user.click(screen.getByTestId(`line-earlier-${pbxLine.id}`));
    await waitFor(() => expect(ids(host)).toEqual([pbxLine.id, twilioLine.id]));

    await user.click(screen.getByTestId(`line-change-${twilioLine.id}`));
    await user.click(screen.getByTestId('line-remove'));
    expect(ids(host)).toHaveLength(2);
    await user.click(screen.getByTestId('line-remove'));
    await waitFor(() => expect(ids(host)).toEqual([pbxLine.id]));
  });

  test('order lines as the company has it until the agent does, and again', async () => {
    const order = (...companyLines: LineKind[]): Snapshot['session'] => ({ ...snapshot().session, companyLines }) as Snapshot['session'];
    const { host, user } = await settingsOf({ ...withLines(twilioLine, pbxLine), session: order('sip', 'twilio') });
    const toggle = (): HTMLElement => screen.getByTestId('setting-company-order');
    const shown = (): (string | null)[] =>
      screen.getAllByTestId(/^setting-line-019a/).map((control) => control.getAttribute('data-testid')?.slice('setting-line-'.length) ?? null);
    expect(plain(screen.getByText(/The company’s order/))).toBe('The company’s order: PBX, then Phone network');
    expect([toggle().getAttribute('aria-checked'), shown()]).toEqual(['true', [pbxLine.id, twilioLine.id]]);

    await user.click(screen.getByTestId(`line-earlier-${twilioLine.id}`));
    await waitFor(() => expect(toggle().getAttribute('aria-checked')).toBe('false'));
    expect(shown()).toEqual([twilioLine.id, pbxLine.id]);
    host.emit({ type: 'sessionChanged', session: order('sip') });
    await waitFor(() => expect(plain(screen.getByText(/The company’s order/))).toBe('The company’s order: PBX'));
    expect(shown(), 'the order of the agent wins').toEqual([twilioLine.id, pbxLine.id]);

    await user.click(toggle());
    await waitFor(() => expect(shown()).toEqual([pbxLine.id, twilioLine.id]));
    expect(host.current.settings.lines.map(({ agentPreference }) => agentPreference)).toEqual([null, null]);
    host.emit({ type: 'sessionChanged', session: order() });
    expect(await screen.findByText('The company has set no order')).toBeTruthy();

    await user.click(toggle());
    await waitFor(() => expect(host.current.settings.lines.map(({ agentPreference }) => agentPreference)).toEqual([0, 1]));
  });

  test('say why a line cannot be changed, and keep what was typed', async () => {
    const { host, user } = await settingsOf(withLines(pbxLine));
    host.refuse.set('changeSettings', { code: 'notNow', message: '', params: {} });
    await user.click(screen.getByTestId(`line-change-${pbxLine.id}`));
    await user.type(screen.getByTestId('setting-line-server'), 'other.example.com');
    await user.click(screen.getByTestId('line-save'));
    expect(plain(await screen.findByRole('alert'))).toContain('Not saved.');
    expect(screen.getByTestId<HTMLInputElement>('setting-line-server').value).toBe('other.example.com');
  });
});

test('a call on a line that can hand nothing over has no button for it', async () => {
  await startApp(new FakeHost({ calls: [call({})] }));
  const names = screen.getAllByRole('button').map((button) => button.getAttribute('aria-label') ?? plain(button));
  expect(names.filter((name) => /transfer|hand over|join/i.test(name))).toEqual([]);
});
