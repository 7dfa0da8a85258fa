import { defineConfig } from 'vitest/config';
import { fs, plugins, test } from '../vite.shared.ts';

export default defineConfig({
  plugins,
  clearScreen: false,
  server: {
    host: '127.0.0.1',
    port: 5178,
    strictPort: true,
    fs,
    // While pages are worked on, a `mobile-call-server` beside Vite answers the API.
    proxy: { '/api': 'http://127.0.0.1:4000' },
  },
  build: {
    // Each page is an HTML file here, served under its name; add it to this list.
    rolldownOptions: { input: { start: 'index.html' } },
    // Browsers of the last four years.
    target: 'safari16.4',
    chunkSizeWarningLimit: 400,
    // What is inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
    // Every browser of the target preloads modules by itself.
    modulePreload: { polyfill: false },
  },
  test: { ...test, name: 'web' },
});
