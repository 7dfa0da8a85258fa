import { accessibilityProblems } from '@mobilecall/kit/test/accessibility';
import { cleanup } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { scenarios } from '../gallery/scenarios';
import type { Language } from '../ipc';
import { startApp } from './app';

afterEach(cleanup);

const languages: Language[] = ['en', 'ar'];
const cases = scenarios.flatMap((scenario) => languages.map((language) => ({ ...scenario, language })));

test.each(cases)('$name in $language has no accessibility problem', async ({ host: makeHost, steps = [], language }) => {
  const host = makeHost();
  host.preferred = [language];
  host.current = { ...host.current, settings: { ...host.current.settings, language } };
  await startApp(host);
  const user = userEvent.setup();
  for (const { click, dial, fill } of steps) {
    if (click) await user.click(screen.getByTestId(click));
    if (fill) await user.type(screen.getByTestId(fill[0]), fill[1]);
    if (dial) {
      await user.type(screen.getByTestId('dial-field'), dial);
      await waitFor(() => expect(host.sent('preview').at(-1)?.text).toBe(dial));
    }
  }
  await vi.waitFor(() => expect(document.documentElement.dir).toBe(language === 'ar' ? 'rtl' : 'ltr'));
  expect(await accessibilityProblems()).toEqual([]);
});
