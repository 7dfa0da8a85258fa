import { defineConfig } from 'vitest/config';
import { fs, plugins, test } from '../vite.shared.ts';

export default defineConfig({
  plugins,
  clearScreen: false,
  server: {
    host: '127.0.0.1',
    port: 5177,
    strictPort: true,
    fs,
  },
  build: {
    // The oldest web views the app meets: WebKitGTK 2.50, macOS 13, WebView2.
    target: 'safari16.4',
    chunkSizeWarningLimit: 400,
    // A font inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  test: { ...test, name: 'window' },
});
