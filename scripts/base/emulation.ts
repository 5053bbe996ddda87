import { gather } from '../lib/archive/bytes.ts'
import { type ArchiveEntry, contentOf, type FileEntry, fileEntry } from '../lib/archive/entry.ts'

// What maintainer scripts of the packages would have done, and no more: everything here was missed by something
/** The line of etc/passwd for the application: whoever asks for its name gets one. */
export const APP_USER = 'app:x:10001:0:app:/data:/usr/sbin/nologin'

/** Users of an image that knows none. */
export const PASSWD: string = `root:x:0:0:root:/root:/usr/sbin/nologin
${APP_USER}
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`
/** Groups of an image that knows none. */
export const GROUP: string = `root:x:0:
tty:x:5:
staff:x:50:
nogroup:x:65534:
`
const HOSTS = '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' // for runtimes that bind none
const NSSWITCH = 'passwd: files\ngroup: files\nhosts: files dns\n'
const CA_BUNDLE = 'etc/ssl/certs/ca-certificates.crt'
const CA_FOLDER = 'usr/share/ca-certificates/'

const CLIENT = /^usr\/lib\/postgresql\/\d+\/bin\/(psql|pg_dump|pg_dumpall|pg_isready|pg_restore)$/

/** Files that no package ships and that programs miss: the lowest layer gets users, names and trusted certificates. */
export async function emulatedFiles(
  entries: ReadonlyMap<string, ArchiveEntry>,
  lowest: boolean,
): Promise<ArchiveEntry[]> {
  return [...(lowest ? await systemFiles(entries) : []), ...clients(entries)]
}

/** PostgreSQL's clients on PATH, where the excluded postgresql-client-common has a wrapper. */
function clients(entries: ReadonlyMap<string, ArchiveEntry>): ArchiveEntry[] {
  return [...entries.keys()].flatMap((path) => {
    const name = CLIENT.exec(path)?.[1]
    return name === undefined ? [] : [{ kind: 'link', path: `usr/bin/${name}`, target: `/${path}` }]
  })
}

async function systemFiles(entries: ReadonlyMap<string, ArchiveEntry>): Promise<ArchiveEntry[]> {
  const files = [
    fileEntry('etc/passwd', PASSWD),
    fileEntry('etc/group', GROUP),
    fileEntry('etc/hosts', HOSTS),
    fileEntry('etc/nsswitch.conf', NSSWITCH),
  ]
  const certificates = [...entries.values()].filter(isCertificate)
  return certificates.length === 0 ? files : [...files, ...(await trust(certificates))]
}

function isCertificate(entry: ArchiveEntry): entry is FileEntry {
  return entry.kind === 'file' && entry.path.startsWith(CA_FOLDER) && entry.path.endsWith('.crt')
}

/** The bundle that update-ca-certificates(8) writes, and the links of the `openssl` package that OpenSSL finds it by. */
async function trust(certificates: readonly FileEntry[]): Promise<ArchiveEntry[]> {
  const ordered = certificates.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const texts = await Promise.all(ordered.map(async (file) => Buffer.from(await gather(contentOf(file))).toString()))
  return [
    fileEntry(CA_BUNDLE, texts.map((text) => `${text.trimEnd()}\n`).join('')),
    { kind: 'link', path: 'usr/lib/ssl/cert.pem', target: `/${CA_BUNDLE}` },
    { kind: 'link', path: 'usr/lib/ssl/certs', target: '/etc/ssl/certs' },
  ]
}
