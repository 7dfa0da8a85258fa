/** What each failure means to the window: how serious it is and what the agent can do about it at once. The words are
 * in the locale files under `error-<code>`. */
import type { ErrorCode, Failure } from '../ipc';

export type Severity = 'error' | 'warning' | 'info';
export type ProblemAction = 'connect' | 'settings' | 'history';

export interface ProblemKind {
  readonly severity: Severity;
  readonly action?: ProblemAction;
}

export const problemTable: Readonly<Record<ErrorCode, ProblemKind>> = {
  serverUnreachable: { severity: 'error', action: 'connect' },
  certificateNotTrusted: { severity: 'error', action: 'settings' },
  notAMobileCallServer: { severity: 'error', action: 'settings' },
  serverBusy: { severity: 'warning', action: 'connect' },
  serverRefused: { severity: 'error' },
  badServerUrl: { severity: 'error', action: 'settings' },
  wrongCredentials: { severity: 'error' },
  tooManyTries: { severity: 'warning' },
  sessionExpired: { severity: 'error' },
  notSignedIn: { severity: 'error' },
  lineNotReady: { severity: 'warning', action: 'connect' },
  noSuchLine: { severity: 'warning' },
  lineUnavailable: { severity: 'warning' },
  lineCannot: { severity: 'warning' },
  calledWhileTalking: { severity: 'warning', action: 'history' },
  transferFailed: { severity: 'warning' },
  twilio: { severity: 'error' },
  nothingToDial: { severity: 'info' },
  malformedNumber: { severity: 'warning' },
  numberTooShort: { severity: 'warning' },
  numberTooLong: { severity: 'warning' },
  unknownCountryCode: { severity: 'warning' },
  ambiguousNumber: { severity: 'warning' },
  shortNumberAbroad: { severity: 'warning' },
  badCharacter: { severity: 'warning' },
  tooLongToDial: { severity: 'warning' },
  malformedSip: { severity: 'warning' },
  unknownExtension: { severity: 'warning' },
  unknownService: { severity: 'warning' },
  ownExtension: { severity: 'info' },
  unsupportedAddress: { severity: 'warning' },
  noSuchCall: { severity: 'info' },
  notNow: { severity: 'info' },
  badDigit: { severity: 'info' },
  noMicrophone: { severity: 'error', action: 'settings' },
  noSpeaker: { severity: 'error', action: 'settings' },
  deviceLost: { severity: 'warning', action: 'settings' },
  deviceInUse: { severity: 'info' },
  deviceFound: { severity: 'info', action: 'settings' },
  deviceMissing: { severity: 'warning', action: 'settings' },
  audioFailed: { severity: 'error', action: 'settings' },
  noAudioReceived: { severity: 'warning' },
  mediaBlocked: { severity: 'error' },
  databaseUnreadable: { severity: 'error' },
  databaseNotWritable: { severity: 'error' },
  historyDamaged: { severity: 'warning' },
  diskFull: { severity: 'error' },
  historyNotWritten: { severity: 'error' },
  databaseTooNew: { severity: 'error' },
  keyringUnavailable: { severity: 'info' },
  keyringKeepsSecret: { severity: 'info' },
  keyringUnreadable: { severity: 'warning', action: 'connect' },
  embeddedServerFailed: { severity: 'error' },
  badSetting: { severity: 'warning' },
  settingsUnreadable: { severity: 'error', action: 'settings' },
  lineSetAside: { severity: 'error' },
  recordingNotReady: { severity: 'info' },
  recordingDeleted: { severity: 'info' },
  recordingNotAllowed: { severity: 'warning' },
  recordingNotPlayable: { severity: 'warning' },
  recordingNotSaved: { severity: 'error' },
  noAgentPhone: { severity: 'info', action: 'settings' },
  notByPhone: { severity: 'info' },
  phoneCallRefused: { severity: 'error' },
  badTwilioAccount: { severity: 'warning' },
  internal: { severity: 'error' },
};

/** What the agent can do about a failure at once. To connect is for the server and its line; where another line fails,
 * it would not be what the words ask for. */
export function actionFor({ code, params }: Failure): ProblemAction | undefined {
  const { action } = problemTable[code];
  return action === 'connect' && (params.line ?? 'direct') !== 'direct' ? undefined : action;
}
