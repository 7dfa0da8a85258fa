/** Whether the end of a call was trouble (shown in red) or the usual course of things. */
import type { EndReason } from '../ipc';

export const isTrouble: Readonly<Record<EndReason, boolean>> = {
  localHangup: false,
  remoteHangup: false,
  localCancel: false,
  remoteCancel: false,
  busy: true,
  declined: true,
  localDecline: false,
  noAnswer: true,
  answeredElsewhere: false,
  unknownDestination: true,
  offline: true,
  otherServer: true,
  notAllowed: true,
  incompatible: true,
  mediaLost: true,
  signalingLost: true,
  interrupted: true,
  failed: true,
};
