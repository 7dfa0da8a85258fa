/** Dates, times and numbers in the agent's language, all through `Intl`. */
import { i18n } from './i18n.svelte';

const numberFormats = new Map<string, Intl.NumberFormat>();

/** The format of numbers in the agent's language. Each is made once: making one costs far more than its use. */
function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const locale = i18n.info.format;
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(locale, options);
  numberFormats.set(key, format);
  return format;
}

/** Talk time as `2:05` or `1:02:05`, in the digits of the language. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const plain = numbers({ useGrouping: false });
  const padded = numbers({ useGrouping: false, minimumIntegerDigits: 2 });
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const tail = padded.format(whole % 60);
  return hours > 0
    ? `${plain.format(hours)}:${padded.format(minutes)}:${tail}`
    : `${padded.format(minutes)}:${tail}`;
}

/** The same in the form of the `datetime` attribute. */
export const isoDuration = (seconds: number): string => `PT${Math.max(0, Math.floor(seconds))}S`;

export const timeOfDay = (atMs: number): string =>
  new Intl.DateTimeFormat(i18n.info.format, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(atMs);

/** A day as `Tuesday 17 November`, with the year if it is not this one. */
export function longDay(atMs: number, nowMs: number): string {
  const sameYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat(i18n.info.format, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(atMs);
}

/** Local midnights between two moments: 0 is the same day, 1 the day before. */
export function daysAgo(atMs: number, nowMs: number): number {
  const midnight = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(nowMs) - midnight(atMs)) / 86_400_000);
}

export const number = (value: number, fractionDigits = 0): string =>
  numbers({ minimumFractionDigits: fractionDigits, maximumFractionDigits: fractionDigits }).format(value);

export const percent = (value: number): string =>
  numbers({ style: 'percent', maximumFractionDigits: 1 }).format(value / 100);

/** How the numbers of the regions our users call most are grouped; others are shown as they are dialed. */
const groupings: readonly [RegExp, string][] = [
  [/^(\+966)(\d{2})(\d{3})(\d{4})$/, '$1 $2 $3 $4'],
  [/^(\+971)(\d{2})(\d{3})(\d{4})$/, '$1 $2 $3 $4'],
  [/^(\+98)(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3 $4'],
  [/^(\+1)(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3 $4'],
];

/** An address as people read it: numbers grouped, `client:` left out. What is dialed stays untouched elsewhere. */
export function readableAddress(address: string): string {
  if (address.startsWith('client:')) return address.slice('client:'.length);
  const grouping = groupings.find(([pattern]) => pattern.test(address));
  return grouping ? address.replace(grouping[0], grouping[1]) : address;
}
