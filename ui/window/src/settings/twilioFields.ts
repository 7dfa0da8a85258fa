/** The values of an account at Twilio, in the order in which they are found in its console. */
import type { Failure, SecretView, TwilioAccountView, TwilioValues } from '../ipc';

export type FieldName = Exclude<keyof TwilioValues, 'region' | 'edge'>;

export interface Field {
  readonly name: FieldName;
  /** As the server and Twilio's manual call it. */
  readonly setting: string;
  readonly secret: boolean;
  readonly placeholder: string;
}

const field = (name: FieldName, setting: string, placeholder = '', secret = false): Field => ({ name, setting, secret, placeholder });

export const FIELDS: readonly Field[] = [
  field('accountSid', 'TWILIO_ACCOUNT_SID', 'AC…'),
  field('authToken', 'TWILIO_AUTH_TOKEN', '', true),
  field('apiKey', 'TWILIO_API_KEY', 'SK…'),
  field('apiSecret', 'TWILIO_API_SECRET', '', true),
  field('twimlAppSid', 'TWILIO_TWIML_APP_SID', 'AP…'),
  field('phoneNumber', 'TWILIO_PHONE_NUMBER', '+966…'),
  field('publicBaseUrl', 'PUBLIC_BASE_URL', 'https://'),
];

/** What stands in the fields: secrets never do, and of the server's own account only the ends are known. */
export function drafted(account: TwilioAccountView): Record<FieldName, string> {
  const own = (value: string | null): string => (account.source === 'company' ? (value ?? '') : '');
  return {
    accountSid: own(account.accountSid),
    authToken: '',
    apiKey: own(account.apiKey),
    apiSecret: '',
    twimlAppSid: own(account.twimlAppSid),
    phoneNumber: own(account.phoneNumber),
    publicBaseUrl: account.publicBaseUrl ?? '',
  };
}

/** What is to be kept: a secret that was not typed stays, and so does what has no field here, but not of the server's account. */
export function toKeep(draft: Record<FieldName, string>, account: TwilioAccountView): TwilioValues {
  const { region, edge } = account.source === 'company' ? account : { region: null, edge: null };
  const plain = Object.fromEntries(Object.entries(draft).map(([name, value]) => [name, value.trim()])) as Record<FieldName, string>;
  return { ...plain, authToken: plain.authToken || null, apiSecret: plain.apiSecret || null, region, edge };
}

/** What is known of a secret that stands in no field. */
export const secretOf = (account: TwilioAccountView, name: FieldName): SecretView | null =>
  account.source === 'company' && (name === 'authToken' || name === 'apiSecret') ? account[name] : null;

/** What is wrong with a value: it is missing, or has another shape than such values have. */
export function wrongWith(failure: Failure | null, { setting }: Field): 'missing' | 'wrong' | null {
  const wrong = failure?.code === 'badTwilioAccount' ? failure.params[setting] : undefined;
  return wrong === 'missing' || wrong === 'wrong' ? wrong : null;
}
