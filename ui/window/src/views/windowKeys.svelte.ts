/** The keys of the window. They only send commands and choose what is shown. */
import type { CallActions } from '../call/callActions';
import type { Dial } from '../dialer/dial.svelte';
import type { CallView } from '../ipc';
import { actionOf, digitOf, isTyping, keepsEnter, keepsSpace, type KeyAction } from '../keys/keys';
import type { Phone } from '../state/phone.svelte';
import { canMute, isAnswered } from '../state/calls';

/** The second Esc must follow within this time. */
const TWICE_WITHIN_MS = 1500;

/** What the keys need of the window around them. */
export interface WindowParts {
  showKeypad(): void;
  showSearch(): void;
  tabIsKeypad(): boolean;
  focusField(): void;
  leaveField(): void;
  /** Brings the field into the focus, and what stands in it into the selection, for what is about to be pasted. */
  fieldToPasteInto(): void;
  /** Ends the app, once the agent has said so. */
  quit(): void;
  /** Closes what stands first of messages and calls that are over; says whether there was anything. */
  closeNews(): boolean;
}

export class WindowKeys {
  /** The list of keys is open. */
  listOpen = $state(false);
  /** The call whose digits are open. */
  digitsOf = $state<string | null>(null);
  /** The call that rings and for which Esc was pressed once. */
  declining = $state<string | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The focus was moved by the keyboard and not by the pointer. */
  byKeyboard = $state(false);
  /** Space is held for the microphone; which call it muted, and when that is done. */
  private space: { muted: string | null; done: Promise<void> } | null = null;

  constructor(
    private readonly phone: Phone,
    private readonly actions: CallActions,
    private readonly dial: Dial,
    private readonly window: WindowParts,
  ) {}

  /** Enter and Space mean something to a tab or a switch too; while there is a call they are taken before these hear. */
  take(event: KeyboardEvent): void {
    const action = event.isComposing ? null : actionOf(event, isTyping(event.target));
    if (action !== 'answer' && action !== 'pushToMute') return;
    if (event.repeat ? !this.isOurs(action, event) : !this.run(action, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  press(event: KeyboardEvent): void {
    if (event.key === 'Tab' || event.key.startsWith('Arrow')) this.byKeyboard = true;
    if (event.defaultPrevented || event.isComposing) return;
    const typing = isTyping(event.target);
    const action = actionOf(event, typing);
    if (event.repeat ? this.isOurs(action, event) : this.isDone(action, event, typing)) event.preventDefault();
  }

  /** A key was let go. */
  release(event: KeyboardEvent): void {
    if (event.key !== ' ' || !this.space) return;
    event.preventDefault();
    this.endSpace();
  }

  /** The pointer was used. */
  point(): void {
    this.byKeyboard = false;
  }

  /** The window lost the focus: what is let go from now on is not told. */
  leave(): void {
    this.endSpace();
  }

  private isDone(action: KeyAction | null, event: KeyboardEvent, typing: boolean): boolean {
    return action === null ? !typing && !this.listOpen && this.digit(event) : this.run(action, event);
  }

  /** A key that stays down does nothing more; but neither may it scroll, nor load the page anew. */
  private isOurs(action: KeyAction | null, event: KeyboardEvent): boolean {
    return action === 'pushToMute' ? this.space !== null : action !== null && (event.ctrlKey || event.metaKey);
  }

  /** Does what the key asks for; false leaves the key to whatever has the focus. */
  private run(action: KeyAction, event: KeyboardEvent): boolean {
    const { front, next, offered } = this.phone.calls;
    const ringing = offered[0];
    switch (action) {
      case 'answer':
        return !keepsEnter(event.target) && this.on(ringing, (call) => this.actions.answer(call));
      case 'escape':
        return !this.listOpen && this.escape(ringing);
      case 'hangUp':
        return this.on(front ?? undefined, (call) => this.actions.hangUp(call));
      case 'mute':
        return this.on(front && canMute(front) ? front : undefined, (call) => this.actions.toggleMute(call));
      case 'pushToMute':
        return !keepsSpace(event.target, this.byKeyboard) && this.on(front ?? undefined, (call) => this.holdSpace(call));
      case 'hold':
        return this.on(front && isAnswered(front) ? front : undefined, (call) => this.actions.toggleHold(call));
      case 'nextCall':
        return this.on(next ?? undefined, (call) => this.actions.toggleHold(call));
      case 'redial':
        void this.redial();
        return true;
      case 'search':
        this.window.showSearch();
        return true;
      case 'backToCall':
        this.backToCall();
        return true;
      case 'quit':
        this.window.quit();
        return true;
      case 'paste':
        if (!this.listOpen) this.window.fieldToPasteInto();
        // The key goes on to do what it does, in the field.
        return false;
      case 'listKeys':
        this.listOpen = true;
        return true;
    }
  }

  private on(call: CallView | undefined, act: (call: CallView) => void): boolean {
    if (call) act(call);
    return call !== undefined;
  }

  private escape(ringing: CallView | undefined): boolean {
    return this.on(ringing, (call) => this.declineAtSecond(call)) || this.closeDigits() || this.window.closeNews();
  }

  private declineAtSecond(call: CallView): void {
    clearTimeout(this.timer);
    if (this.declining === call.id) {
      this.declining = null;
      this.actions.decline(call);
      return;
    }
    this.declining = call.id;
    this.timer = setTimeout(() => (this.declining = null), TWICE_WITHIN_MS);
  }

  /** Mutes for as long as Space is held; a call that is muted anyway stays so. */
  private holdSpace(call: CallView): void {
    const mutes = canMute(call) && !call.muted;
    this.space = { muted: mutes ? call.id : null, done: mutes ? this.actions.setMute(call, true) : Promise.resolve() };
  }

  private endSpace(): void {
    const held = this.space;
    this.space = null;
    void held?.done.then(() => {
      const call = this.phone.snapshot?.calls.find(({ id }) => id === held.muted);
      if (call && canMute(call)) void this.actions.setMute(call, false);
    });
  }

  /** Shows the call in front as large as it can be, and leaves the field, so that the single keys are for the call. */
  private backToCall(): void {
    this.window.showKeypad();
    if (!this.phone.calls.front) return;
    if (this.dial.choices.length > 0) this.dial.setText('');
    this.window.leaveField();
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
