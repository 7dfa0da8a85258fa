/** The languages of the app and how each writes numbers and dates. */
import ar from '../../../../assets/locales/ar.ftl?raw';
import en from '../../../../assets/locales/en.ftl?raw';
import fa from '../../../../assets/locales/fa.ftl?raw';

export type Locale = 'en' | 'ar' | 'fa';

export interface LocaleInfo {
  /** The language's own name. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /**
   * What `Intl` gets. Persian uses its own digits and the solar calendar; Arabic keeps the digits of phone numbers
   * and the civil calendar, as Saudi business software does.
   */
  readonly format: string;
  /** The words, in Fluent. */
  readonly words: string;
}

export const locales: Readonly<Record<Locale, LocaleInfo>> = {
  en: { name: 'English', dir: 'ltr', format: 'en-GB', words: en },
  ar: { name: 'العربية', dir: 'rtl', format: 'ar-SA-u-ca-gregory-nu-latn', words: ar },
  fa: { name: 'فارسی', dir: 'rtl', format: 'fa-IR-u-ca-persian-nu-arabext', words: fa },
};

export const isLocale = (tag: string): tag is Locale => tag in locales;

/** The first of the preferred languages that we have, English if none. */
export function bestLocale(preferred: readonly string[]): Locale {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split(/[-_]/)[0] ?? '';
    if (isLocale(language)) return language;
  }
  return 'en';
}
