/**
 * The gallery: `npm run dev`, then `/gallery.html`. `?show=NAME&lang=ar&theme=dark` is one scenario in one language;
 * without `show` it is a page of all of them.
 */
import { mount, tick } from 'svelte';
import App from '../App.svelte';
import type { Language, Theme } from '../ipc';
import '../window.css';
import Overview from './Overview.svelte';
import { type Scenario, scenarios, type Step } from './scenarios';

const target = document.getElementById('app');
if (!target) throw new Error('gallery.html has no #app');
const wanted = new URLSearchParams(location.search);
document.documentElement.dataset.scenarios = scenarios.map(({ name }) => name).join(' ');
const scenario = scenarios.find(({ name }) => name === wanted.get('show'));

if (scenario) await show(scenario, target);
else mount(Overview, { target });

async function show({ host: makeHost, steps = [] }: Scenario, into: HTMLElement): Promise<void> {
  const host = makeHost();
  const language = (wanted.get('lang') ?? 'en') as Language;
  const theme = (wanted.get('theme') ?? 'light') as Theme;
  host.preferred = [language];
  host.current = { ...host.current, settings: { ...host.current.settings, language, theme } };
  // Without settings the app follows the system's colors.
  if (host.startFailure) document.documentElement.style.colorScheme = theme;
  mount(App, { target: into, props: { host } });
  for (const step of steps) {
    await until(() => document.querySelector('[data-testid="dial-field"], [data-testid="tab-keypad"]'));
    await take(step);
  }
  await document.fonts.ready;
  document.documentElement.dataset.ready = 'yes';
}

async function take({ click, dial, fill, scrollTo }: Step): Promise<void> {
  if (click) (await control(click)).click();
  if (dial) await type('dial-field', dial);
  if (fill) await type(...fill);
  if (scrollTo) (await control(scrollTo)).scrollIntoView({ block: 'end' });
}

async function type(testId: string, text: string): Promise<void> {
  const field = (await control(testId)) as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await tick();
}

function control(testId: string): Promise<HTMLElement> {
  return until(() => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`));
}

async function until<T>(find: () => T | null): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== null) return found;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
