import { defineConfig } from 'vitest/config';
import { fs, plugins, test } from '../vite.shared.ts';

export default defineConfig({ plugins, server: { fs }, test: { ...test, name: 'kit' } });
