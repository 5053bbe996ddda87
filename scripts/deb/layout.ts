import type { Layout } from '../launcher/data.ts'
import { renderEnvironmentFile } from '../launcher/environment-file.ts'
import type { Facts } from '../lib/core/facts.ts'
import { systemNames } from './system-packages.ts'

/** Places of a package's files, relative to the root. */
export interface Places {
  readonly app: string
  readonly launcher: string
  readonly static: string
  readonly share: string
  readonly vendor: string
  readonly units: string
}

/** Where the application's files lie (design.md of the project and the Filesystem Hierarchy Standard 3.0, 4.7 and 4.11). */
export function placesOf(facts: Facts): Places {
  const { name } = facts.app
  return {
    app: `usr/lib/${name}/app`,
    launcher: `usr/lib/${name}/launcher`,
    static: `usr/share/${name}/static`,
    share: `usr/share/${name}`,
    vendor: `usr/lib/${name}/vendor`,
    units: 'usr/lib/systemd/system',
  }
}

/** What the launcher must know of these places; `vendor` is the directory's name below `vendor/`, such as `py{python}`. */
export function launcherLayout(facts: Facts, vendor: string): Layout {
  const { name } = facts.app
  const places = placesOf(facts)
  const system = systemNames(facts)
  return {
    channel: 'deb',
    app: `/${places.app}`,
    static: facts.python.collect === undefined ? '' : `/${places.static}`,
    vendor: [`/${places.vendor}/${vendor}`],
    state: `/var/lib/${name}`,
    config: [`/etc/${name}/${name}.env`, `/etc/${name}/conf.d`],
    secrets: `/etc/${name}`,
    user: name,
    ...(system.length === 0 ? {} : { system }),
    instances: { ...instancePlaces(name), example: `/${places.share}/instance.env` },
  }
}

function instancePlaces(name: string): Pick<Layout, 'state' | 'config' | 'secrets'> {
  const folder = `/etc/${name}/instances/{instance}`
  return {
    state: `/var/lib/${name}/instances/{instance}`,
    config: [`${folder}/${name}.env`, `${folder}/conf.d`],
    secrets: folder,
  }
}

/** The configuration of a new instance, before the launcher fills in its name, port and database. */
export function renderInstanceFile(facts: Facts, layout: Layout): string {
  const { name } = facts.app
  const command = { ...facts, app: { ...facts.app, name: `${name} --instance {instance}` } }
  return renderEnvironmentFile(command, { ...layout, ...instancePlaces(name) })
}
