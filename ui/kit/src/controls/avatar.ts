/** Up to two initials. Arabic letters are kept apart by a space, because joined they would read as another word. */
export function initialsOf(name: string | null): string {
  const words = (name ?? '').split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const first = words[0]?.match(/\p{L}/u)?.[0] ?? '';
  const last = words.length > 1 ? (words.at(-1)?.replace(/^(ال|Al-)/, '').match(/\p{L}/u)?.[0] ?? '') : '';
  const arabic = /\p{Script=Arabic}/u.test(first);
  return arabic ? [first, last].filter(Boolean).join('\u00a0') : (first + last).toUpperCase();
}

/** A stable color for a name. */
export function hueOf(name: string | null): number {
  let sum = 7;
  for (const letter of name ?? '') sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return (sum * 47) % 360;
}
