import type { Layout } from '../launcher/data.ts'
import type { Facts } from '../lib/core/facts.ts'

/** Who runs in the image: no name is needed for it, and group 0 lets any other number do as well (OpenShift's rule). */
export const USER = { uid: 10001, gid: 0 } as const

/** Everything that is kept lies here. */
export const STATE = 'data'

/** Places of the application in an image, relative to the root; the same as in its Debian package. */
export interface Places {
  readonly app: string
  readonly launcher: string
  readonly static: string
  readonly vendor: string
  readonly documents: string
  readonly command: string
}

export function placesOf({ app: { name } }: Facts): Places {
  return {
    app: `usr/lib/${name}/app`,
    launcher: `usr/lib/${name}/launcher`,
    static: `usr/share/${name}/static`,
    vendor: `usr/lib/${name}/vendor`,
    documents: `usr/share/doc/${name}`,
    command: `usr/bin/${name}`,
  }
}

/** What the launcher must know of these places. */
export function launcherLayout(facts: Facts, postgresql: Layout['postgresql']): Layout {
  const places = placesOf(facts)
  return {
    channel: 'image',
    app: `/${places.app}`,
    static: facts.python.collect === undefined ? '' : `/${places.static}`,
    vendor: [`/${places.vendor}/py{python}`],
    state: `/${STATE}`,
    config: [`{state}/${facts.app.name}.env`],
    secrets: '{state}',
    postgresql,
  }
}
