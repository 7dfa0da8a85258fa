/** Whatever the engine can say has words in the locale files; the kit's tests compare the languages with each other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBundle } from '@mobilecall/kit/i18n';
import { expect, test } from 'vitest';

const english = makeBundle('en');

/** The values of a string union that `crates/ipc` generates. */
function unionOf(type: string): string[] {
  const text = readFileSync(join(import.meta.dirname, `../ipc/generated/${type}.ts`), 'utf8');
  return [...text.slice(text.indexOf('export type')).matchAll(/"(\w+)"/g)].map((match) => match[1] ?? '');
}

test.each([
  ['ErrorCode', 'error-'],
  ['EndReason', 'end-'],
  ['CallState', 'call-state-'],
  ['LineKind', 'line-kind-'],
  ['QualityLabel', 'quality-'],
  ['AddressKind', 'dial-kind-'],
  ['PresenceState', 'presence-'],
  ['HistoryFilter', 'history-filter-'],
  ['Theme', 'settings-theme-'],
])('every %s has words', (type, prefix) => {
  const values = unionOf(type);
  expect(values.length).toBeGreaterThan(2);
  expect(values.filter((value) => !english.hasMessage(prefix + value))).toEqual([]);
});
