import { defineConfig } from 'vitest/config';
import { fs, plugins, test } from '../vite.shared';

export default defineConfig({ plugins, server: { fs }, test: { ...test, name: 'kit' } });
