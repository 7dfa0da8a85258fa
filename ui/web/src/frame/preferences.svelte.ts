/** Language and colors of the pages, kept in this browser. */
import { i18n } from '@mobilecall/kit/i18n';
import { bestLocale, isLocale, type Locale } from '@mobilecall/kit/locales';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const LANGUAGE = 'mobile-call.language';
const THEME = 'mobile-call.theme';

class Preferences {
  #theme = $state<Theme>('system');

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    keep(THEME, theme);
  }

  get locale(): Locale {
    return i18n.locale;
  }

  set locale(locale: Locale) {
    i18n.locale = locale;
    keep(LANGUAGE, locale);
  }

  /** Takes what was chosen before, else what the browser prefers. */
  load(): void {
    const language = kept(LANGUAGE);
    i18n.locale = language !== null && isLocale(language) ? language : bestLocale(navigator.languages);
    const theme = kept(THEME);
    this.#theme = themes.find((known) => known === theme) ?? 'system';
  }
}

export const preferences = new Preferences();

// A browser may forbid pages to keep anything; a choice then lasts as long as the page.
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    return;
  }
}
