/** Lints: the usual ones, the arrows between folders, and no literal text in markup. */
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';
import { noLiteralText } from './eslint/noLiteralText.js';

/** Only the platform may know Tauri. */
const tauri = { group: ['@tauri-apps/*'], message: 'Only src/platform may import Tauri; use the host.' };
/** What `shared/` may not know: anything of calls. */
const domains = {
  regex: '^\\.\\./(\\.\\./)*(call|dialer|history|team|settings|session|keys|problems|views|state|platform|ipc|gallery)(/|$)',
  message: 'shared/ knows nothing of calls.',
};
const views = { regex: '/views/', message: 'views/ compose the others; nothing imports them but App.' };

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/ipc/generated/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-console': 'error',
      'no-restricted-imports': ['error', { patterns: [tauri] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: ['src/**/*.svelte'],
    ignores: ['src/gallery/**'],
    plugins: { local: { rules: { 'no-literal-text': noLiteralText } } },
    rules: { 'local/no-literal-text': 'error' },
  },
  {
    files: ['src/{call,dialer,history,team,settings,session,keys,problems,state}/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [tauri, views] }] },
  },
  { files: ['src/shared/**'], rules: { 'no-restricted-imports': ['error', { patterns: [tauri, views, domains] }] } },
  { files: ['src/platform/**'], rules: { 'no-restricted-imports': ['error', { patterns: [views] }] } },
  { files: ['**/*.test.ts', 'src/test/**', 'eslint/**', '*.js', '*.ts'], languageOptions: { globals: { ...globals.node } } },
);
