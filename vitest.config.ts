import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(
      Object.entries({ '#runtime': 'node', '#web-runtime': 'web', '#webgpu-runtime': 'webgpu' }).map(
        ([name, file]) => [name, fileURLToPath(new URL(`./src/graph/runtime/${file}.ts`, import.meta.url))],
      ),
    ),
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests may share few processors.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    pool: 'forks',
    // Loading every module anew for each of 230 files took longer than the tests themselves.
    isolate: false,
    setupFiles: ['test/matchers.ts'],
  },
});
