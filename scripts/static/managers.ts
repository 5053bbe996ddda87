import { join } from 'node:path'
import type { ManagerName } from '../lib/core/tool-versions.ts'
import type { Registry } from '../lib/io/network.ts'

/** How a package manager is run. */
export interface PackageManager {
  /** Words that install exactly what the lock says, or fail. */
  readonly frozen: readonly string[]
  /** Its own settings: caches below the stage's, nothing asked, nothing sent. */
  environment(cache: string): Readonly<Record<string, string>>
  /** Where it takes packages from. */
  registry(registry: Registry): Readonly<Record<string, string>>
}

/** The package managers by name; their settings are those of the environment, which no file of a project overrides. */
export const PACKAGE_MANAGERS: Readonly<Record<ManagerName, PackageManager>> = {
  npm: {
    frozen: ['ci'],
    environment: (cache) => ({
      npm_config_cache: join(cache, 'npm'),
      npm_config_update_notifier: 'false',
      npm_config_audit: 'false',
      npm_config_fund: 'false',
    }),
    registry: ({ configured }) => ({ npm_config_registry: configured }),
  },
  pnpm: {
    frozen: ['install', '--frozen-lockfile'],
    environment: (cache) => ({
      npm_config_store_dir: join(cache, 'pnpm', 'store'),
      npm_config_cache_dir: join(cache, 'pnpm', 'cache'),
      npm_config_package_import_method: 'clone-or-copy', // a build that writes into node_modules must not reach the store
      npm_config_side_effects_cache: 'false',
      npm_config_unsafe_perm: 'true', // else another user runs the scripts where root installs
      npm_config_manage_package_manager_versions: 'false',
      npm_config_update_notifier: 'false',
    }),
    registry: ({ configured }) => ({ npm_config_registry: configured }),
  },
  yarn: {
    frozen: ['install', '--frozen-lockfile', '--non-interactive'],
    environment: (cache) => ({
      YARN_CACHE_FOLDER: join(cache, 'yarn'),
      YARN_IGNORE_PATH: '1', // another yarn that the project carries
      YARN_DISABLE_SELF_UPDATE_CHECK: 'true',
    }),
    registry: ({ url }) => ({ npm_config_registry: url, YARN_REGISTRY: url }), // its login: install.ts
  },
}
