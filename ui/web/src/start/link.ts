/** The `cursor` of the link that leads on (RFC 8288), `null` on the last page. */
export function nextCursor(link: string | null): string | null {
  const target = /<([^>]*)>\s*;\s*rel="next"/.exec(link ?? '')?.[1];
  return target === undefined ? null : new URL(target, location.origin).searchParams.get('cursor');
}
