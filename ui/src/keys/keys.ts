/** Which key does what. Letters are read by their place on the board, so that they work under an Arabic layout; and
 * single keys only count while no text field is in use. */

export type KeyAction =
  | 'answer'
  | 'escape'
  | 'hangUp'
  | 'mute'
  | 'hold'
  | 'redial'
  | 'search'
  | 'nextCall'
  | 'backToCall'
  | 'listKeys';

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'>;

/** What a key asks for; `null` for keys that mean nothing here. `typing`: a text field has the focus. */
export function actionOf(event: Pressed, typing: boolean): KeyAction | null {
  if (event.repeat || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return withControl(event);
  if (event.key === 'Escape') return 'escape';
  return typing ? null : alone(event);
}

function withControl({ key, code, shiftKey }: Pressed): KeyAction | null {
  if (shiftKey) return null;
  if (code === 'Period' || key === '.') return 'hangUp';
  if (code === 'KeyR') return 'redial';
  if (code === 'KeyK') return 'search';
  if (key === 'Tab') return 'nextCall';
  if (code === 'Digit0' || code === 'Numpad0') return 'backToCall';
  return null;
}

function alone({ key, code }: Pressed): KeyAction | null {
  if (key === 'Enter') return 'answer';
  if (key === '?' || key === '؟') return 'listKeys';
  if (key === '/') return 'search';
  if (code === 'KeyM') return 'mute';
  if (code === 'KeyH') return 'hold';
  return null;
}

/** Whether keys typed into this element are text. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** Whether Enter belongs to this element even while a call rings: a button of the incoming card, or of a dialog. */
export function keepsEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-keeps-enter] button, [role="dialog"]') !== null;
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
