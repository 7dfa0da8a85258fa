import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type Message, type Pattern, type PatternElement } from '@fluent/syntax';
import { describe, expect, test } from 'vitest';
import { makeBundle } from './i18n.svelte';
import { bestLocale, type Locale, locales } from './locales';

const names = Object.keys(locales) as Locale[];
/** All packages: the words are written here and used everywhere. */
const packages = join(import.meta.dirname, '../../..');

function messages(locale: Locale): Map<string, Message> {
  const resource = parse(locales[locale].words, {});
  const junk = resource.body.filter((entry) => entry.type === 'Junk');
  expect(junk.map((entry) => entry.content)).toEqual([]);
  return new Map(resource.body.filter((entry): entry is Message => entry.type === 'Message').map((m) => [m.id.name, m]));
}

function variables(pattern: Pattern | null): Set<string> {
  const found = new Set<string>();
  const visit = (element: PatternElement): void => {
    if (element.type !== 'Placeable') return;
    const { expression } = element;
    if (expression.type === 'VariableReference') found.add(expression.id.name);
    if (expression.type === 'SelectExpression') {
      if (expression.selector.type === 'VariableReference') found.add(expression.selector.id.name);
      for (const variant of expression.variants) variant.value.elements.forEach(visit);
    }
  };
  pattern?.elements.forEach(visit);
  return found;
}

function sourceFiles(): string[] {
  return readdirSync(packages)
    .map((name) => join(packages, name, 'src'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && /\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

describe('locale files', () => {
  const english = messages('en');

  test.each(names)('%s has the keys and values of English', (locale) => {
    const own = messages(locale);
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, message] of own) {
      expect([key, [...variables(message.value)].sort()]).toEqual([
        key,
        [...variables(english.get(key)?.value ?? null)].sort(),
      ]);
    }
  });

  test.each(names)('%s formats every message without a problem', (locale) => {
    const bundle = makeBundle(locale);
    for (const [key, message] of messages(locale)) {
      const args = Object.fromEntries([...variables(message.value)].map((name) => [name, name === 'count' ? 3 : 'x']));
      const problems: Error[] = [];
      const pattern = bundle.getMessage(key)?.value ?? '';
      expect(bundle.formatPattern(pattern, args, problems), key).not.toBe('');
      expect(problems, key).toEqual([]);
    }
  });

  test.each(['ar', 'fa'] as const)('%s calls the app by one name', (locale) => {
    expect(locales[locale].words).not.toContain('Mobile Call');
  });

  test('every key that the code names exists', () => {
    const used = sourceFiles().flatMap((text) => [...text.matchAll(/\bt\(\s*'([\w-]+)'/g)].map((match) => match[1] ?? ''));
    expect(used.length).toBeGreaterThan(80);
    expect(used.filter((key) => !english.has(key))).toEqual([]);
  });

  test('no key is left over', () => {
    const shell = sourceOfShell();
    const text = [...sourceFiles(), shell].join('\n');
    const prefixes = [...text.matchAll(/t\(\s*`([\w-]+-)\$\{/g)].map((match) => match[1] ?? '');
    const unused = [...english.keys()].filter(
      (key) => !text.includes(`'${key}'`) && !text.includes(`"${key}"`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});

function sourceOfShell(): string {
  const folder = join(packages, '../src-tauri/src');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

test.each<[string[], Locale]>([
  [['ar-SA', 'en'], 'ar'],
  [['fa_IR'], 'fa'],
  [['de-DE', 'fa'], 'fa'],
  [['de-DE'], 'en'],
  [[], 'en'],
])('the best locale for %j is %s', (preferred, expected) => {
  expect(bestLocale(preferred)).toBe(expected);
});
