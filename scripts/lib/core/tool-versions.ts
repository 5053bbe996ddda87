/** Exact versions of Node that front ends are built with, the newest of each major (npm package `node`). */
export const NODE_VERSIONS: readonly string[] = ['18.20.8', '20.20.2', '22.23.3', '24.21.0']

/** Where a front end asks for none. */
export const DEFAULT_NODE = '22'

/** The package managers that Slipway can run. */
export type ManagerName = 'npm' | 'pnpm' | 'yarn'

/** Exact versions of the package managers, the newest of each major that runs on the Node versions above. */
export const MANAGER_VERSIONS: Readonly<Record<ManagerName, readonly string[]>> = {
  npm: ['8.19.4', '9.9.4', '10.9.9', '11.21.2'],
  pnpm: ['7.33.7', '8.15.9', '9.15.9', '10.34.9'],
  yarn: ['1.22.22'],
}

/** npm where nothing asks for another; it runs on every Node above. */
export const DEFAULT_NPM = '10.9.9'

/** The uv that resolves and unpacks dependencies (PyPI). */
export const UV_VERSION = '0.13.8'
