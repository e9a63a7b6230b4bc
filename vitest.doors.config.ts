/** `make test-doors`: tests that want programs of their own, or more time than the others. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/doors/**/*.doors.ts'],
    globalSetup: ['./test/global-setup.ts'],
    pool: 'forks',
    // Most of the time they wait for their programs.
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
