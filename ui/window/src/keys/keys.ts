/** Which key does what. Latin letters count as they are written on the key, those of other scripts by their place on
 * the board, so that both AZERTY and an Arabic layout work; and single keys only count while no text field is in use. */

export type KeyAction =
  | 'answer'
  | 'escape'
  | 'hangUp'
  | 'mute'
  | 'pushToMute'
  | 'hold'
  | 'redial'
  | 'search'
  | 'nextCall'
  | 'backToCall'
  | 'paste'
  | 'quit'
  | 'listKeys';

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** What a key asks for; `null` for keys that mean nothing here. `typing`: a text field has the focus. */
export function actionOf(event: Pressed, typing: boolean): KeyAction | null {
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return withControl(event, typing);
  if (event.key === 'Escape') return 'escape';
  // Where Ctrl+V is at home, so is this.
  if (event.key === 'Insert') return event.shiftKey && !typing ? 'paste' : null;
  return typing ? null : alone(event);
}

function withControl(event: Pressed, typing: boolean): KeyAction | null {
  const { key, code, shiftKey } = event;
  if (shiftKey) return null;
  if (code === 'Period' || key === '.') return 'hangUp';
  if (key === 'Tab') return 'nextCall';
  if (code === 'Digit0' || code === 'Numpad0') return 'backToCall';
  const letter = letterOf(event);
  if (letter === 'R') return 'redial';
  if (letter === 'Q') return 'quit';
  // Into a text field it pastes by itself.
  if (letter === 'V') return typing ? null : 'paste';
  return letter === 'K' ? 'search' : null;
}

function alone(event: Pressed): KeyAction | null {
  const { key, code, shiftKey } = event;
  if (key === 'Enter') return 'answer';
  if (key === ' ') return 'pushToMute';
  if (key === '?' || key === '؟') return 'listKeys';
  if (key === '/' || (code === 'Slash' && !shiftKey && isForeign(key))) return 'search';
  const letter = letterOf(event);
  if (letter === 'M') return 'mute';
  return letter === 'H' ? 'hold' : null;
}

function letterOf({ key, code }: Pressed): string | null {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  return isForeign(key) && code.startsWith('Key') ? code.slice('Key'.length) : null;
}

/** Whether the key writes another script than Latin. */
const isForeign = (key: string): boolean => key.charCodeAt(0) > 0x7f;

/** Whether keys typed into this element are text. */
export function isTyping(target: EventTarget | null): boolean {
  return (target instanceof HTMLInputElement && target.type !== 'range') || target instanceof HTMLTextAreaElement;
}

/** Whether Enter belongs to this element even while a call rings: a button of the incoming card, or of a dialog. */
export function keepsEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-keeps-enter] button, [role="dialog"]') !== null;
}

/** Whether Space belongs to this element: a control that the keyboard came to. One that was clicked keeps the focus too,
 * but there nobody expects a second click from the keyboard. */
export function keepsSpace(target: EventTarget | null, byKeyboard: boolean): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest(`[role="dialog"], [role="listbox"]${byKeyboard ? ', button, a' : ''}`) !== null;
}

/** A digit that may be dialed or sent, in the ASCII form; native digits are accepted. */
export function digitOf(key: string): string | null {
  if (/^[0-9*#+]$/.test(key)) return key;
  const code = key.length === 1 ? key.codePointAt(0) : undefined;
  if (code === undefined) return null;
  if (code >= 0x660 && code <= 0x669) return String(code - 0x660);
  if (code >= 0x6f0 && code <= 0x6f9) return String(code - 0x6f0);
  return null;
}
