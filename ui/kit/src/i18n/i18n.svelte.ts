/** Words in the agent's language. `t` is reactive: what calls it while it renders follows a change of language. */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import { type Locale, locales } from './locales';

export type Args = Record<string, FluentVariable>;

class I18n {
  locale = $state<Locale>('en');
  readonly info = $derived(locales[this.locale]);
  readonly bundle = $derived(makeBundle(this.locale));
}

export const i18n = new I18n();

/** A bundle of one language. Values inside a sentence are isolated, so that a number never turns around in it. */
export function makeBundle(locale: Locale): FluentBundle {
  const { format, words } = locales[locale];
  const bundle = new FluentBundle(format, { useIsolating: true });
  const errors = bundle.addResource(new FluentResource(words));
  if (errors.length > 0) throw new Error(`${locale}.ftl: ${errors.map(String).join('; ')}`);
  return bundle;
}

/** The words of `key`. A missing key shows itself, which the tests of the locale files rule out. */
export function t(key: string, args?: Args): string {
  const message = i18n.bundle.getMessage(key);
  if (!message?.value) return key;
  const problems: Error[] = [];
  return i18n.bundle.formatPattern(message.value, args ?? null, problems);
}
