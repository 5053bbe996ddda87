import type { BasePackage } from '../lib/core/base.ts'
import type { ImageView } from './image-view.ts'
import { field } from './package-index.ts'

/** The packages that an image says it has: dpkg's list, its files of one package each (distroless), or apk's list. */
export function imagePackages(view: ImageView): readonly BasePackage[] {
  const single = [...view.textsBelow('var/lib/dpkg/status.d')].filter(([name]) => !name.endsWith('.md5sums'))
  const stanzas = [...stanzasOf(view.text('var/lib/dpkg/status')), ...single.flatMap(([, text]) => stanzasOf(text))]
  const apk = view.text('lib/apk/db/installed') ?? view.text('usr/lib/apk/db/installed')
  const all = [...stanzas.filter(isInstalled).map(dpkgPackage), ...stanzasOf(apk).map(apkPackage)]
  return all.filter(({ name }) => name !== '').sort((a, b) => (a.name < b.name ? -1 : 1))
}

function stanzasOf(text: string | undefined): string[] {
  return (text ?? '').split(/\n\n+/).filter((stanza) => stanza.trim() !== '')
}

// Removed packages whose configuration stayed are listed too; a file of one package may have no Status at all
function isInstalled(stanza: string): boolean {
  const status = field(stanza, 'Status')
  return status === '' || status.endsWith(' installed')
}

function dpkgPackage(stanza: string): BasePackage {
  return {
    name: field(stanza, 'Package'),
    version: field(stanza, 'Version'),
    architecture: field(stanza, 'Architecture'),
  }
}

// apk's own letters (apk-package(5)): P name, V version, A architecture
function apkPackage(stanza: string): BasePackage {
  return { name: field(stanza, 'P'), version: field(stanza, 'V'), architecture: field(stanza, 'A') }
}
