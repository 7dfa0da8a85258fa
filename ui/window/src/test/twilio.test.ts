import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeHost } from '../platform/fake/fakeHost';
import { noTwilioAccount, snapshot, twilioAccount } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

async function openSettings(host = new FakeHost()): ReturnType<typeof startApp> {
  const started = await startApp(host);
  await started.user.click(screen.getByTestId('tab-settings'));
  return started;
}

const input = (name: string): HTMLInputElement => screen.getByLabelText(name);

describe('an account at Twilio in the settings', () => {
  test('is entered value by value, and its secrets do not come back', async () => {
    const { host, user } = await openSettings();
    await screen.findByTestId('twilio-form');
    expect(screen.queryByTestId('twilio-remove')).toBeNull();
    for (const [name, value] of [
      ['Account SID', twilioAccount.accountSid],
      ['Auth token', '0123456789abcdef0123456789abcdef'],
      ['API key', twilioAccount.apiKey],
      ['API secret', 'abcdefghijklmnopqrstuvwxyz012345'],
      ['TwiML app', twilioAccount.twimlAppSid],
      ['Phone number', ` ${twilioAccount.phoneNumber} `],
      ['Public address of the server', twilioAccount.publicBaseUrl],
    ] as const) {
      await user.type(input(name), value ?? '');
    }
    expect(input('Auth token').type).toBe('password');
    await user.click(screen.getByTestId('twilio-save'));
    await screen.findByTestId('twilio-saved');
    expect(host.sent('setTwilioAccount')[0]?.values).toEqual({
      accountSid: twilioAccount.accountSid,
      authToken: '0123456789abcdef0123456789abcdef',
      apiKey: twilioAccount.apiKey,
      apiSecret: 'abcdefghijklmnopqrstuvwxyz012345',
      twimlAppSid: twilioAccount.twimlAppSid,
      phoneNumber: twilioAccount.phoneNumber,
      publicBaseUrl: twilioAccount.publicBaseUrl,
      region: null,
      edge: null,
    });
    expect(input('Auth token').value).toBe('');
    expect(plain(screen.getByTestId('twilio-form'))).toContain('It is set and ends in ef.');
  });

  test('keeps a secret that is left empty, and what has no field', async () => {
    const host = new FakeHost();
    host.twilio = { ...twilioAccount, region: 'ie1', edge: 'dublin' };
    const { user } = await openSettings(host);
    await screen.findByTestId('twilio-form');
    await user.clear(input('Phone number'));
    await user.type(input('Phone number'), '+966112345679');
    await user.click(screen.getByTestId('twilio-save'));
    await screen.findByTestId('twilio-saved');
    const [sent] = host.sent('setTwilioAccount');
    expect(sent?.values).toMatchObject({ authToken: null, apiSecret: null, phoneNumber: '+966112345679', region: 'ie1', edge: 'dublin' });
  });

  test('of the company takes no region of the server’s account', async () => {
    const host = new FakeHost();
    host.twilio = { ...twilioAccount, source: 'server', region: 'ie1', edge: 'dublin' };
    const { user } = await openSettings(host);
    await screen.findByTestId('twilio-form');
    await user.type(input('Account SID'), twilioAccount.accountSid ?? '');
    await user.click(screen.getByTestId('twilio-save'));
    await screen.findByTestId('twilio-saved');
    expect(host.sent('setTwilioAccount')[0]?.values).toMatchObject({ accountSid: twilioAccount.accountSid, region: null, edge: null });
  });

  test('says at each field what is wrong with it', async () => {
    const host = new FakeHost();
    host.refuse.set('setTwilioAccount', {
      code: 'badTwilioAccount',
      message: '',
      params: { TWILIO_ACCOUNT_SID: 'wrong', TWILIO_API_KEY: 'missing' },
    });
    const { user } = await openSettings(host);
    await screen.findByTestId('twilio-form');
    await user.type(input('Account SID'), 'SK1');
    await user.click(screen.getByTestId('twilio-save'));
    await screen.findByTestId('twilio-failed');
    const described = (name: string): string => {
      const ids = input(name).getAttribute('aria-describedby')?.split(' ') ?? [];
      return ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    };
    expect(input('Account SID').getAttribute('aria-invalid')).toBe('true');
    expect(described('Account SID')).toContain('begins with AC');
    expect(described('API key')).toContain('This is needed.');
    expect(input('TwiML app').getAttribute('aria-invalid')).toBe('false');
    expect(input('Account SID').value).toBe('SK1');
  });

  test('is forgotten when that is asked for twice', async () => {
    const host = new FakeHost();
    host.twilio = twilioAccount;
    const { user } = await openSettings(host);
    await user.click(await screen.findByTestId('twilio-remove'));
    expect(host.sent('removeTwilioAccount')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Forget it now' }));
    await waitFor(() => expect(screen.queryByTestId('twilio-remove')).toBeNull());
    expect(host.twilio).toBe(noTwilioAccount);
  });

  test('says how Twilio reaches this computer, or the server', async () => {
    await openSettings();
    const reach = await screen.findByTestId('twilio-reach');
    expect(plain(reach)).toContain('this computer over the internet');
    expect(plain(reach)).toContain('http://127.0.0.1:4000');
    cleanup();
    await openSettings(new FakeHost({ server: { embedded: false, url: 'https://calls.example.com', reachable: true, portTaken: null } }));
    expect(plain(await screen.findByTestId('twilio-reach'))).toContain('reach the server at its public address');
  });

  test('that is not known is asked for again, and is nobody else’s to see', async () => {
    const host = new FakeHost();
    host.refuse.set('twilioAccount', { code: 'serverBusy', message: '', params: {} });
    const { user } = await openSettings(host);
    await screen.findByTestId('twilio-failed');
    host.refuse.delete('twilioAccount');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByTestId('twilio-form');
    cleanup();
    const { session } = snapshot();
    if (session.state !== 'signedIn') throw new Error('the fixture is signed in');
    await openSettings(new FakeHost({ session: { ...session, setsUpTwilio: false } }));
    expect(screen.queryByTestId('twilio-form')).toBeNull();
  });
});
