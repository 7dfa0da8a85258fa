/** The keys of the window. They only send commands and choose what is shown. */
import type { CallActions } from '../call/callActions';
import type { Dial } from '../dialer/dial.svelte';
import type { CallView } from '../ipc';
import { actionOf, digitOf, isTyping, keepsEnter, type KeyAction } from '../keys/keys';
import type { Phone } from '../state/phone.svelte';
import { isAnswered } from '../state/calls';

/** The second Esc must follow within this time. */
const TWICE_WITHIN_MS = 1500;

/** What the keys need of the window around them. */
export interface WindowParts {
  showKeypad(): void;
  showSearch(): void;
  tabIsKeypad(): boolean;
  focusField(): void;
}

export class WindowKeys {
  /** The list of keys is open. */
  listOpen = $state(false);
  /** The call whose digits are open. */
  digitsOf = $state<string | null>(null);
  /** Esc was pressed once while a call rings. */
  declining = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly phone: Phone,
    private readonly actions: CallActions,
    private readonly dial: Dial,
    private readonly window: WindowParts,
  ) {}

  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    const action = actionOf(event, typing);
    const done = action === null ? !typing && !this.listOpen && this.digit(event) : this.run(action, event);
    if (done) event.preventDefault();
  }

  /** Does what the key asks for; false leaves the key to whatever has the focus. */
  private run(action: KeyAction, event: KeyboardEvent): boolean {
    const { front, offered } = this.phone.calls;
    const ringing = offered[0];
    switch (action) {
      case 'answer':
        return !keepsEnter(event.target) && this.on(ringing, (call) => this.actions.answer(call));
      case 'escape':
        return !this.listOpen && (this.on(ringing, (call) => this.declineAtSecond(call)) || this.closeDigits());
      case 'hangUp':
        return this.on(front ?? undefined, (call) => this.actions.hangUp(call));
      case 'mute':
        return this.on(front ?? undefined, (call) => this.actions.toggleMute(call));
      case 'hold':
        return this.on(front && isAnswered(front) ? front : undefined, (call) => this.actions.toggleHold(call));
      case 'nextCall':
        return this.on(this.phone.calls.others[0], (call) => call.held && this.actions.toggleHold(call));
      case 'redial':
        void this.redial();
        return true;
      case 'search':
        this.window.showSearch();
        return true;
      case 'backToCall':
        this.window.showKeypad();
        return true;
      case 'listKeys':
        this.listOpen = true;
        return true;
    }
  }

  private on(call: CallView | undefined, act: (call: CallView) => void): boolean {
    if (call) act(call);
    return call !== undefined;
  }

  private declineAtSecond(call: CallView): void {
    clearTimeout(this.timer);
    if (this.declining) {
      this.declining = false;
      this.actions.decline(call);
      return;
    }
    this.declining = true;
    this.timer = setTimeout(() => (this.declining = false), TWICE_WITHIN_MS);
  }

  private closeDigits(): boolean {
    const open = this.digitsOf !== null;
    this.digitsOf = null;
    return open;
  }

  /** A digit that is typed nowhere is sent to the far end while one talks, and shown so; else it goes into the field. */
  private digit(event: KeyboardEvent): boolean {
    const digit = event.ctrlKey || event.metaKey || event.altKey ? null : digitOf(event.key);
    if (digit === null || !this.window.tabIsKeypad()) return false;
    const { front } = this.phone.calls;
    const talking = front?.state === 'active' && !front.held;
    const padOpen = front && isAnswered(front) && this.digitsOf === front.id;
    if (front && (talking || padOpen) && digit !== '+') {
      this.digitsOf = front.id;
      this.actions.sendDigits(front, digit);
    } else {
      this.dial.press(digit);
      this.window.focusField();
    }
    return true;
  }

  /** Calls the last address that was dialed. */
  private async redial(): Promise<void> {
    const query = { text: '', filter: 'outgoing', cursor: null, limit: 1, seen: false } as const;
    const reply = await this.phone.send({ type: 'history', query });
    const last = reply?.type === 'history' ? reply.page.entries[0] : undefined;
    if (!last) return;
    this.window.showKeypad();
    await this.phone.send({ type: 'placeCall', destination: last.address });
  }
}
