/** What the builds and tests of all packages have in common. */
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';

/** Svelte, set up as `svelte.config.js` says, for all packages alike. */
export const plugins = [svelte({ configFile: join(import.meta.dirname, 'svelte.config.js') }), svelteTesting()];

/** The locale files are shared with the Rust shell and live outside of the packages. */
export const fs = { allow: [join(import.meta.dirname, '..')] };

export const test = {
  environment: 'jsdom',
  setupFiles: [join(import.meta.dirname, 'kit/src/test/setup.ts')],
  include: ['src/**/*.test.ts'],
  restoreMocks: true,
  // The tests run beside the build of everything else.
  testTimeout: 30_000,
};
