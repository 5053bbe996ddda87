import { fileEntry, withDirectories } from '../lib/archive/entry.ts'
import { gzip } from '../lib/archive/gzip.ts'
import { tar } from '../lib/archive/tar.ts'
import { MEDIA_TYPES } from '../lib/core/artifact.ts'
import { type Finding, ReleaseError } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import { defineFormat, type Format, type Work } from '../lib/core/format.ts'
import { renderAppFile, renderChartFile } from './chart-file.ts'
import { type HelmConfig, helmSchema } from './config.ts'
import { chartImage } from './image.ts'
import { renderReadme } from './readme.ts'
import { renderValues, renderValuesSchema, valueRows } from './values.ts'

const TEMPLATES = [
  'NOTES.txt',
  '_helpers.tpl',
  'deployment.yaml',
  'ingress.yaml',
  'keys.yaml',
  'persistentvolumeclaim.yaml',
  'poddisruptionbudget.yaml',
  'service.yaml',
  'serviceaccount.yaml',
  'tests/ready.yaml',
] as const

/** The Helm chart: fixed templates over generated values, the image pinned by digest. */
export const helm: Format = defineFormat<HelmConfig>({
  name: 'helm',
  needs: ['docker'],
  schema: helmSchema,
  check,
  outputs: (facts) => [
    {
      kind: 'file',
      name: `${facts.app.name}-${chartVersion(facts)}.tgz`,
      mediaType: MEDIA_TYPES.chart,
      carries: 'by-digest',
    },
  ],
  targets: () => [],
  bases: () => [],
  build,
})

// Names of Kubernetes' services are labels of DNS: RFC 1035, section 2.3.1
const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

function check({ app, version, runtime }: Facts): readonly Finding[] {
  const rules: readonly (readonly [broken: boolean, message: string, hint: string])[] = [
    [
      runtime.services[0]?.port === undefined,
      'a chart needs a port of the first service: its Service and Ingress lead there',
      'Give the first of runtime.services its port, or put the one that has a port first.',
    ],
    [
      !LABEL.test(app.name),
      `${app.name} is no name that Kubernetes takes: lower-case letters, digits and -, a letter first`,
      'Choose another app.name, or leave the section out.',
    ],
  ]
  const unspelt = 'refused' in version.semver ? [{ path: [], message: version.semver.refused }] : []
  return [...unspelt, ...rules.filter(([broken]) => broken).map(([, message, hint]) => ({ path: [], message, hint }))]
}

async function build(work: Work, config: HelmConfig): Promise<void> {
  const { facts } = work
  const version = chartVersion(facts)
  const image = chartImage(await work.built('docker'), config)
  const rows = valueRows(facts, config, image)
  const files = [
    fileEntry('Chart.yaml', renderChartFile(facts, config, version, image)),
    fileEntry('README.md', renderReadme(facts, rows)),
    fileEntry('files/app.json', renderAppFile(facts)),
    fileEntry('values.schema.json', renderValuesSchema(rows)),
    fileEntry('values.yaml', renderValues(rows)),
  ]
  for (const name of TEMPLATES) {
    files.push(fileEntry(`templates/${name}`, await work.ownFile(`helm/chart/templates/${name}`)))
  }
  const placed = files.map((file) => ({ ...file, path: `${facts.app.name}/${file.path}` }))
  const entries = withDirectories(placed).filter(({ kind }) => kind === 'file') // Helm packs files only
  await work.write(
    `${facts.app.name}-${version}.tgz`,
    gzip(tar(entries, { dialect: 'ustar', epoch: facts.epoch, owner: '' })),
  )
}

function chartVersion({ version }: Facts): string {
  if ('refused' in version.semver) {
    const hint = 'Release a version that SemVer can spell, or leave this format out with --skip helm.'
    throw new ReleaseError('VERSION_UNSPELLABLE', version.semver.refused, { hint })
  }
  return version.semver.value
}
