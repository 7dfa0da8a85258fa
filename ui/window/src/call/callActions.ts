/** What the agent can ask of a call. Each is one command; the engine decides. */
import type { CallView } from '../ipc';
import type { Phone } from '../state/phone.svelte';

export interface CallActions {
  answer(call: CallView): void;
  decline(call: CallView): void;
  hangUp(call: CallView): void;
  toggleMute(call: CallView): void;
  /** Settles when the engine has done it, so that another can follow in order. */
  setMute(call: CallView, muted: boolean): Promise<void>;
  toggleHold(call: CallView): void;
  sendDigits(call: CallView, digits: string): void;
  /** Says whether the call was placed. */
  callAgain(call: Pick<CallView, 'address'>): Promise<boolean>;
}

export function callActions(phone: Phone): CallActions {
  return {
    answer: ({ id }) => void phone.send({ type: 'answer', call: id }),
    decline: ({ id }) => void phone.send({ type: 'decline', call: id }),
    hangUp: ({ id }) => void phone.send({ type: 'hangUp', call: id }),
    toggleMute: ({ id, muted }) => void phone.send({ type: 'setMute', call: id, muted: !muted }),
    setMute: async ({ id }, muted) => void (await phone.send({ type: 'setMute', call: id, muted })),
    toggleHold: ({ id, held }) => void phone.send({ type: 'setHold', call: id, held: !held }),
    sendDigits: ({ id }, digits) => void phone.send({ type: 'sendDigits', call: id, digits }),
    callAgain: async ({ address }) => (await phone.send({ type: 'placeCall', destination: address })) !== null,
  };
}
