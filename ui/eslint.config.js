/** Lints: the usual ones, the arrows between folders, and no literal text in markup. */
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';
import { noLiteralText } from './eslint/noLiteralText.js';

/** Only the platform may know Tauri. */
const tauri = { group: ['@tauri-apps/*'], message: 'Only window/src/platform may import Tauri; use the host.' };
/** The packages: the window and the pages build on the kit and know nothing of each other. */
const window = { group: ['@mobilecall/window*', '**/window/**'], message: 'The window is a program; nothing imports it.' };
const web = { group: ['@mobilecall/web*', '**/web/**'], message: 'The pages are a program; nothing imports them.' };
const insideKit = { group: ['**/kit/src/**'], message: 'Import what @mobilecall/kit exports.' };
const views = { regex: '/views/', message: 'views/ compose the others; nothing imports them but App.' };

const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', 'window/src/ipc/generated/', 'web/src/api/schema.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-console': 'error',
      ...restrict(tauri, window, web, insideKit),
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: ['*/src/**/*.svelte'],
    ignores: ['window/src/gallery/**'],
    plugins: { local: { rules: { 'no-literal-text': noLiteralText } } },
    rules: { 'local/no-literal-text': 'error' },
  },
  {
    files: ['window/src/{call,dialer,history,team,settings,session,keys,problems,state}/**'],
    rules: restrict(tauri, window, web, insideKit, views),
  },
  { files: ['window/src/platform/**'], rules: restrict(window, web, insideKit, views) },
  {
    files: ['**/*.test.ts', '*/src/test/**', 'eslint/**', '*.js', '*.ts', '*/*.ts'],
    languageOptions: { globals: { ...globals.node } },
  },
);
