import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { ChangedFiles } from '../lib/core/plan.ts'
import { type NoteSources, notesOf, renderChangedFiles, shorten } from './notes.ts'

const LIMIT = 125_000 // characters that GitHub takes
const MARKER_ROOM = 200 // with the lines between the parts
const NOTES_ROOM = 20_000 // kept for the changes when the list of files is long

/** What the text of a release is made from. */
export interface BodyParts {
  readonly facts: Facts
  readonly notes: Omit<NoteSources, 'version'>
  readonly changed?: ChangedFiles | undefined // since the release before
  readonly repository: string // owner/name
  readonly page: string // URL of the repository
  readonly downloads: string // URL of the folder of this release's files
  readonly assets: readonly {
    readonly name: string
    readonly size: number
    readonly sha256: string
    readonly mediaType: string
  }[]
  readonly changing?: readonly string[] // assets that the same tag gives with other bytes
  readonly images: readonly { readonly reference: string; readonly digest: string }[] // exact references
}

/** The text of a release: its section of the changelog, how to install, and every file with size and sha256. */
export function renderBody(parts: BodyParts): string {
  const install = renderInstall(parts)
  const room = LIMIT - MARKER_ROOM - install.length
  const files = renderFiles(parts, room)
  const words = notesOf({ ...parts.notes, version: parts.facts.version.plain })
  const notes = shorten(words, room - files.length)
  const range = `${parts.changed?.since}...${parts.facts.version.tag}`
  const changed = renderChangedFiles(parts.changed, `${parts.page}/compare/${encodeURIComponent(range)}`)
  const fits = notes.length + changed.length + files.length <= room
  return [notes, install, files, fits ? changed : ''].filter((part) => part !== '').join('\n\n')
}

interface Channel {
  readonly title: string
  readonly mediaType: string
  command(names: readonly string[], parts: BodyParts): readonly string[]
}

const CHANNELS: readonly Channel[] = [
  {
    title: 'Debian and Ubuntu (download the packages into one folder; apt takes the one for your Python)',
    mediaType: MEDIA_TYPES.deb,
    command: (names) => [`sudo apt install ${names.map((name) => `./${name}`).join(' ')}`],
  },
  {
    title: 'Python',
    mediaType: MEDIA_TYPES.wheel,
    command: (names, { downloads }) => names.map((name) => `pip install ${downloads}/${name}`),
  },
  {
    title: 'Container, from the file',
    mediaType: MEDIA_TYPES.ociTar,
    command: (names) => names.map((name) => `docker load --input ${name}`),
  },
  {
    title: 'Kubernetes',
    mediaType: MEDIA_TYPES.chart,
    command: (names, { facts, downloads }) =>
      names.map((name) => `helm install ${facts.app.name} ${downloads}/${name}`),
  },
]

function renderInstall(parts: BodyParts): string {
  const channels = CHANNELS.flatMap(({ title, mediaType, command }) => {
    const names = parts.assets.filter((asset) => asset.mediaType === mediaType).map(({ name }) => name)
    return names.length === 0 ? [] : [renderCommands(title, command(installable(names), parts))]
  })
  const pulls = parts.images.map(({ reference }) => `docker pull ${reference}`)
  const registry = pulls.length === 0 ? [] : [renderCommands('Container, from the registry', pulls)]
  return ['## Install', ...channels, ...registry, ...renderDigests(parts), renderVerify(parts)].join('\n\n')
}

/** Sums for everybody; and where the workflow attested, who built what from which commit. */
function renderVerify({ facts, assets, images, repository }: BodyParts): string {
  const sums = renderCommands('Your download is whole', ['sha256sum --ignore-missing --check SHA256SUMS'])
  if (facts.attest !== true) return ['## Verify', sums].join('\n\n')
  const subjects = [
    ...assets.slice(0, 1).map(({ name }) => name),
    ...images.map(({ reference }) => `oci://${reference}`),
  ]
  const attested = renderCommands(
    'Any file or image was built by a workflow of this repository from this tag (GitHub CLI)',
    subjects.map(
      (one) => `gh attestation verify ${one} --repo ${repository} --source-ref refs/tags/${facts.version.tag}`,
    ),
  )
  return ['## Verify', sums, attested].join('\n\n')
}

function renderDigests({ images }: BodyParts): readonly string[] {
  if (images.length === 0) return []
  const rows = images.map(({ reference, digest }) => `| ${reference} | \`${digest}\` |`)
  return [['| image | digest |', '|---|---|', ...rows].join('\n')]
}

// Of the dependency packages only one fits a system; a pattern lets the shell name those that were downloaded.
function installable(names: readonly string[]): readonly string[] {
  const [dependencies, others] = [names.filter(isDependencies), names.filter((name) => !isDependencies(name))]
  return dependencies.length === 0 ? others : [...others, `${(dependencies[0] ?? '').split('-py')[0]}-py*.deb`]
}

function isDependencies(name: string): boolean {
  return /-deps-py[0-9.]+_.*\.deb$/.test(name)
}

function renderCommands(title: string, commands: readonly string[]): string {
  return `${title}:\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``
}

// By the names that the formats promise.
const PURPOSES: readonly (readonly [RegExp, string])[] = [
  [/-deps-py[0-9.]+_.*\.deb$/, 'Debian and Ubuntu with this Python'],
  [/\.deb$/, 'Debian and Ubuntu'],
  [/\.whl$/, 'pip'],
  [/\.oci\.tar$/, 'Docker, Podman'],
  [/-source-with-static\.tar\.gz$/, 'packagers: source and static files'],
  [/-source\.tar\.gz$/, 'packagers: source'],
  [/-static\.(?:tar\.gz|zip)$/, 'web servers: static files alone'],
  [/\.tar\.gz$/, 'pip, from source'],
  [/\.tgz$/, 'Kubernetes (Helm)'],
  [/ENVIRONMENT\.md$/, 'administrators: every setting'],
  [/-constraints-py[\d.]+\.txt$/, 'pip and uv: the tested versions, with hashes'],
  [/^SHA256SUMS$/, 'checking downloads'],
  [/^release\.json$/, 'programs: what this release is'],
]

function purposeOf(name: string, changing: readonly string[]): string {
  const purpose = PURPOSES.find(([pattern]) => pattern.test(name))?.[1] ?? ''
  return changing.includes(name) ? `${purpose} (not reproducible)` : purpose
}

function renderFiles({ assets, changing = [] }: BodyParts, room: number): string {
  const rows = assets.map(
    ({ name, size, sha256 }) => `| ${name} | ${purposeOf(name, changing)} | ${renderSize(size)} | \`${sha256}\` |`,
  )
  const table = ['## Files', '', '| file | for | size | sha256 |', '|---|---|---:|---|', ...rows].join('\n')
  return table.length <= room - NOTES_ROOM ? table : `## Files\n\n${assets.length} files; SHA256SUMS lists them all.`
}

/** A size as a person reads it. */
export function renderSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
