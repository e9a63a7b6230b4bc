import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['./test/global-setup.ts'],
    // Processes, not threads: the native TensorFlow addon keeps state per process and tests start workers of their own.
    pool: 'forks',
    // Two on two cores, where vitest's own choice is one: most of the long tests wait for programs of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // For machines that are slower than the slowest known, or busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // Runs as a process of its own in the tests of the command line, where coverage cannot see it.
      exclude: ['src/main.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: 'build/coverage',
      thresholds: { lines: 85, functions: 85, statements: 85, branches: 75 },
    },
  },
});
