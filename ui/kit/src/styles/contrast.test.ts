/** Text must be readable on what it lies on, in both themes (WCAG 2.2 §1.4.3: 4.5:1; §1.4.11: 3:1 for borders of fields). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

function token(name: string, theme: 'light' | 'dark'): string {
  const value = new RegExp(`--${name}:\\s*([^;]+);`).exec(css)?.[1] ?? '';
  const pair = /^light-dark\((#\w+),\s*(#\w+)\)$/.exec(value);
  const color = pair ? pair[theme === 'light' ? 1 : 2] : value;
  if (!color || !/^#[0-9a-f]{6}$/.test(color)) throw new Error(`--${name} is not a pair of plain colors: ${value}`);
  return color;
}

function luminance(color: string): number {
  const channel = (at: number): number => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const pairs: [string, string, number][] = [
  ['text', 'ground', 4.5],
  ['text', 'surface', 4.5],
  ['text', 'sunken', 4.5],
  ['text', 'chosen', 4.5],
  ['muted', 'ground', 4.5],
  ['muted', 'surface', 4.5],
  ['muted', 'sunken', 4.5],
  ['accent', 'surface', 4.5],
  ['accent', 'accent-soft', 4.5],
  ['on-accent', 'accent-fill', 4.5],
  ['on-accent', 'go-fill', 4.5],
  ['on-accent', 'stop-fill', 4.5],
  ['go', 'go-soft', 4.5],
  ['go', 'surface', 4.5],
  ['stop', 'stop-soft', 4.5],
  ['stop', 'ground', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['text', 'warn-soft', 4.5],
  ['text', 'stop-soft', 4.5],
  ['stage-text', 'stage-from', 4.5],
  ['stage-muted', 'stage-from', 4.5],
  ['stage-muted', 'stage-held-from', 4.5],
  ['stage-key-on-text', 'stage-key-on', 4.5],
  ['field-line', 'surface', 3],
];

test.each(pairs.flatMap(([one, other, least]) => (['light', 'dark'] as const).map((theme) => ({ one, other, least, theme }))))(
  '$one on $other, $theme: at least $least',
  ({ one, other, least, theme }) => {
    expect(contrast(token(one, theme), token(other, theme))).toBeGreaterThanOrEqual(least);
  },
);
