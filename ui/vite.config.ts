import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  server: {
    host: '127.0.0.1',
    port: 5177,
    strictPort: true,
    // The locale files are shared with the Rust shell and live outside this folder.
    fs: { allow: ['..'] },
  },
  build: {
    // The oldest web views the app meets: WebKitGTK 2.50, macOS 13, WebView2.
    target: 'safari16.4',
    chunkSizeWarningLimit: 400,
    // A font inlined as data: would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
  },
});
