/** The direction of words by their first letter, and that of the page where there is none. Values inside of a sentence,
 * which the translation isolates, do not count: a sentence that begins with a Latin name may be an Arabic one. */
export function wordsDirection(text: string): 'ltr' | 'rtl' | undefined {
  const letter = /\p{L}/u.exec(text.replace(/\u2068[^\u2069]*\u2069/gu, ''))?.[0];
  if (letter === undefined) return undefined;
  return /\p{Script=Arabic}/u.test(letter) ? 'rtl' : 'ltr';
}
