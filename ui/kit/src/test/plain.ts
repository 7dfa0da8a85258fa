/** Text as people read it: without the invisible isolates around values. */
export const plain = (element: HTMLElement): string =>
  (element.textContent ?? '').replace(/[\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim();
