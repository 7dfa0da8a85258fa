/** The direction of a text field by what is typed: Arabic script from the right, numbers and Latin from the left, and
 * an empty field as the page, so that its placeholder stands where the agent reads. */
export function fieldDirection(text: string): 'ltr' | 'rtl' | undefined {
  if (text === '') return undefined;
  return /\p{Script=Arabic}/u.test(text.replace(/[\u0660-\u0669\u06f0-\u06f9]/gu, '')) ? 'rtl' : 'ltr';
}
