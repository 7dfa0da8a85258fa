import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import type { PhoneCallStage, Snapshot } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { phoneCall, settings, snapshot, twilioLine } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

const { session } = snapshot();
if (session.state !== 'signedIn') throw new Error('the fixture is signed in');
/** At a server that can call the agent's own phone. */
const office = (change: Partial<Snapshot> = {}): Partial<Snapshot> => ({
  session: { ...session, callsViaPhone: true },
  lines: [...snapshot().lines, twilioLine],
  ...change,
});

describe('a call by way of the own phone', () => {
  test('is offered beside the green button where the company has that, and for numbers alone', async () => {
    const { host, user } = await startApp(new FakeHost(office()));
    await user.type(screen.getByTestId('dial-field'), '102');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Sara Khan'));
    expect(screen.queryByTestId('dial-via-phone')).toBeNull();
    await user.clear(screen.getByTestId('dial-field'));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await user.click(await screen.findByRole('button', { name: 'Call me on my phone first' }));
    expect(host.sent('callViaPhone')).toEqual([{ type: 'callViaPhone', destination: '0501234567' }]);
    expect(plain(await screen.findByTestId('phone-call-stage'))).toBe('Your phone rings: pick it up.');
    expect(screen.getByTestId<HTMLInputElement>('dial-field').value).toBe('');
    expect(host.sent('placeCall')).toEqual([]);
  });

  test('is not offered elsewhere', async () => {
    const { user } = await startApp(new FakeHost({ lines: [...snapshot().lines, twilioLine] }));
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('Will call'));
    expect(screen.queryByTestId('dial-via-phone')).toBeNull();
  });

  test('that is refused at once says why under the field', async () => {
    const host = new FakeHost(office());
    host.refuse.set('callViaPhone', { code: 'noAgentPhone', message: '', params: {} });
    const { user } = await startApp(host);
    await user.type(screen.getByTestId('dial-field'), '0501234567');
    await user.click(await screen.findByTestId('dial-via-phone'));
    await waitFor(() => expect(plain(screen.getByTestId('preview'))).toContain('your own phone in the settings'));
  });

  test.each<[PhoneCallStage, string]>([
    [{ type: 'asked' }, 'Asking the server…'],
    [{ type: 'ringsHere' }, 'Your phone rings: pick it up.'],
    [{ type: 'answeredHere' }, 'You answered.'],
    [{ type: 'ringsThere' }, 'It rings on the other side…'],
    [{ type: 'talking', sinceMs: Date.now() }, 'Talking on your phone'],
    [{ type: 'ended', disposition: 'answered' }, 'Call over: you talked'],
    [{ type: 'ended', disposition: 'declined' }, 'Call over: Busy or declined'],
    [
      { type: 'refused', failure: { code: 'phoneCallRefused', message: '', params: { reason: 'country', code: '21215', detail: '' } } },
      'Geo permissions. (Twilio 21215)',
    ],
    [{ type: 'refused', failure: { code: 'phoneCallRefused', message: '', params: { reason: 'company', code: '', detail: '' } } }, 'Your company does not allow'],
  ])('says how far it has come: %j', async (stage, words) => {
    await startApp(new FakeHost(office({ phoneCall: phoneCall(stage) })));
    expect(plain(screen.getByTestId('phone-call-stage'))).toContain(words);
    expect(screen.queryByTestId('phone-call-timer') !== null).toBe(stage.type === 'talking');
  });

  test('follows what the engine tells, and is put away', async () => {
    const { host, user } = await startApp(new FakeHost(office({ phoneCall: phoneCall() })));
    host.emit({ type: 'phoneCallChanged', phoneCall: phoneCall({ type: 'ended', disposition: 'answered' }) });
    await waitFor(() => expect(screen.getByTestId('phone-call').dataset['stage']).toBe('ended'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('phone-call')).toBeNull());
    expect(host.sent('forgetPhoneCall')).toHaveLength(1);
  });
});

describe('the own phone in the settings', () => {
  test('is kept as the engine understands it, or says what is wrong with it', async () => {
    const { host, user } = await startApp(new FakeHost(office()));
    await user.click(screen.getByTestId('tab-settings'));
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Its number' });
    expect(screen.queryByTestId('agent-phone-save')).toBeNull();
    host.refuse.set('changeSettings', { code: 'numberTooShort', message: '', params: { region: 'SA' } });
    await user.type(field, '055');
    await user.click(screen.getByTestId('agent-phone-save'));
    expect(plain(await screen.findByRole('alert'))).toContain('More digits are needed');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    host.refuse.delete('changeSettings');
    await user.type(field, '9902557');
    await user.click(screen.getByTestId('agent-phone-save'));
    expect(host.sent('changeSettings').at(-1)?.settings).toEqual({ ...settings, agentPhone: '0559902557' });
    await waitFor(() => expect(screen.queryByTestId('agent-phone-save')).toBeNull());
    await user.clear(field);
    await user.click(screen.getByTestId('agent-phone-save'));
    expect(host.sent('changeSettings').at(-1)?.settings.agentPhone).toBeNull();
  });
});
