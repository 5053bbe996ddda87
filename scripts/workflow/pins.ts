/** Actions of others that a written workflow calls: each by the commit of its version. */
const PINS = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/download-artifact': '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1',
  'actions/attest': '1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2',
  'pypa/gh-action-pypi-publish': 'ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0',
} as const

/** What stands after `uses:`. */
export function pinned(action: keyof typeof PINS): string {
  return `${action}@${PINS[action]}`
}
