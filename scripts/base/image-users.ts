import { type ArchiveEntry, fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { resolvePath } from '../lib/core/base.ts'
import { APP_USER, GROUP, PASSWD } from './emulation.ts'
import type { ImageView } from './image-view.ts'

const USER_ID = '10001'

/** The base's own list of users with that of the application added; nothing where it has one, whatever its name. */
export function userEntries(view: ImageView): readonly ArchiveEntry[] {
  const passwd = view.text('etc/passwd')
  const isUnknown = passwd === undefined && view.nodes.has(resolvePath(view.nodes, 'etc/passwd', true))
  if (isUnknown) return [] // a link to a file that was not read: left alone
  if (passwd === undefined) return placed(view, [fileEntry('etc/passwd', PASSWD), ...missingGroup(view)])
  const rows = passwd.split('\n').map((line) => line.split(':'))
  if (rows.some(([, , uid]) => uid === USER_ID)) return []
  const isTaken = rows.some(([name]) => name === 'app')
  const own = isTaken ? APP_USER.replace(/^app:/, 'slipway:') : APP_USER
  return placed(view, [fileEntry('etc/passwd', `${passwd.replace(/\n*$/, '\n')}${own}\n`)])
}

function missingGroup(view: ImageView): readonly ArchiveEntry[] {
  return view.text('etc/group') === undefined ? [fileEntry('etc/group', GROUP)] : []
}

/** The files at their real places, in folders as the base has them. */
function placed({ nodes }: ImageView, files: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const real = files.map((file) => ({ ...file, path: resolvePath(nodes, file.path, true) }))
  return withDirectories(real).map((entry) => {
    const lower = nodes.get(entry.path)
    return lower?.kind === 'directory' ? lower : entry
  })
}
