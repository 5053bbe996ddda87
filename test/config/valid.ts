import { z } from 'zod'
import { defineFormat, type Format } from '../../scripts/lib/core/format.ts'

/** A configuration without a fault; tests change one place of it. */
export const VALID = `schema: 1
app:
  name: shelf
  summary: Books and who has them
  homepage: https://shelf.example
  license: MIT
  maintainer: Ada Reader <ada@shelf.example>
version:
  files:
    - { file: pyproject.toml, key: project.version }
    - { file: shelf/__init__.py, pattern: '__version__ = "(.+)"' }
frontends:
  - dir: web
    output: [shelf/static/build/**]
python:
  requires: ">=3.11"
  native: true
  include: [manage.py, shelf/**]
  collect:
    command: [manage.py, collectstatic, --noinput]
    root: static
runtime:
  services:
    - name: web
      command: [gunicorn, shelf.wsgi, --bind, "{host}:{port}"]
      port: 8000
      ready: /
  database: { kind: postgresql, versions: ">=13" }
  environment:
    - { name: SECRET_KEY, meaning: Signs sessions, secret: true, required: true, generate: key }
    - { name: DB_HOST, meaning: Host of the database, from: database.host, default: "{state}/db" }
deb:
  pythons: ["3.11"]
rehearse:
  - ready: /
`

/** Two formats such as a room defines them. */
export const FORMATS: readonly Format[] = [
  defineFormat({
    name: 'deb',
    needs: [],
    schema: z.strictObject({
      pythons: z.array(z.string().describe('A Python minor')).min(1).describe('Python minors'),
    }),
    check: (facts, { pythons }) =>
      pythons.includes('2.7')
        ? [{ path: ['pythons', pythons.indexOf('2.7')], message: `${facts.app.name} cannot run on 2.7` }]
        : [],
    outputs: (facts, { pythons }) =>
      pythons.map((python) => ({
        kind: 'file' as const,
        name: `${facts.app.name}-${python}.deb`,
        mediaType: 'application/vnd.debian.binary-package',
        carries: 'none' as const,
      })),
    targets: ({ pythons }) => pythons.map((python) => ({ python, arch: 'amd64' as const })),
    bases: () => [],
    build: async () => undefined,
  }),
  defineFormat({
    name: 'helm',
    needs: ['deb'],
    schema: z.strictObject({}),
    check: () => [],
    outputs: (facts) => [
      { kind: 'file', name: `${facts.app.name}.tgz`, mediaType: 'application/gzip', carries: 'by-digest' },
    ],
    targets: () => [],
    bases: () => [],
    build: async () => undefined,
  }),
]

/** One place of the valid configuration changed, and exactly what is said about it. */
export interface WrongConfig {
  readonly rule: string
  readonly from: string
  readonly to: string
  readonly says: readonly string[]
}
