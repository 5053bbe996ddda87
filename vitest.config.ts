import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'

// Acceptance tests of one run share one release of the sample: see test/support/release.ts.
process.env['SLIPWAY_TEST_RUN'] ??= String(process.pid)

const config: ViteUserConfigFnObject = defineConfig(({ mode }) => ({
  test: {
    // `pnpm test:full` runs the long tests too: see test/support/tool.ts.
    env: mode === 'full' ? { SLIPWAY_TEST_FULL: '1' } : {},
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
          fileParallelism: false,
        },
      },
    ],
  },
}))

export default config
