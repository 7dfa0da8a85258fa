import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { projects: ['kit', 'window', 'web'] } });
