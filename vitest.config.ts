import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { '#runtime': fileURLToPath(new URL('./src/graph/runtime/node.ts', import.meta.url)) },
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    pool: 'forks',
    // Loading every module anew for each of 230 files took longer than the tests themselves.
    isolate: false,
    setupFiles: ['test/matchers.ts'],
  },
});
