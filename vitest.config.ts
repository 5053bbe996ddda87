import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'

// Acceptance tests of one run share one release of the sample: see test/support/release.ts.
process.env['SLIPWAY_TEST_RUN'] ??= String(process.pid)

// More processes than cores would make the acceptance tests' own time limits a matter of luck; test/support/turn.ts is Linux's.
const WORKERS = process.platform === 'linux' ? Math.min(availableParallelism(), 4) : 1

const config: ViteUserConfigFnObject = defineConfig(({ mode }) => ({
  test: {
    // `pnpm test:full` runs the long tests too: see test/support/tool.ts.
    env: mode === 'full' ? { SLIPWAY_TEST_FULL: '1' } : {},
    maxWorkers: WORKERS,
    reporters: ['default', './test/support/tally.ts'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/acceptance/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
}))

export default config
