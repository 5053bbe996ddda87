import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Arguments, parseArguments, type Verb } from '../../scripts/lib/io/command-line.ts'
import { projectOptions, resolveProject } from '../../scripts/lib/io/project-options.ts'
import { VALID } from '../config/valid.ts'
import { temporaryFolder, write } from './repository.ts'

const VERB: Verb = { name: 'plan', summary: '', options: projectOptions, examples: [], run: async () => undefined }
const args = (...words: string[]): Arguments => parseArguments(VERB, words)

describe('the options of a project', () => {
  it('name folder, configuration, output, tag and formats', () => {
    const folder = temporaryFolder()
    write(folder, { 'app/x': '', 'conf/shelf.yaml': VALID })
    const words = ['--project', join(folder, 'app'), '--config', join(folder, 'conf/shelf.yaml'), '--tag', 'v1']
    const more = ['--out', join(folder, 'not/there/yet'), '--allow-dirty', '--only', 'deb,pypi', '--skip', 'helm']
    expect(resolveProject(args(...words, ...more))).toEqual({
      folder: join(folder, 'app'),
      config: join(folder, 'conf/shelf.yaml'),
      configName: join(folder, 'conf/shelf.yaml'),
      out: join(folder, 'not/there/yet'),
      tag: 'v1',
      allowDirty: true,
      only: ['deb', 'pypi'],
      skip: ['helm'],
    })
  })

  it('fall back to --default-project where no configuration lies in the current folder', () => {
    const folder = temporaryFolder()
    write(folder, { 'slipway.yaml': VALID })
    expect(resolveProject(args('--default-project', folder))).toMatchObject({ folder, only: [], allowDirty: false })
  })

  it('follow symbolic links, as git does', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'real'))
    write(folder, { 'real/slipway.yaml': VALID })
    symlinkSync('real', join(folder, 'link'))
    const project = resolveProject(args('--project', join(folder, 'link'), '--out', join(folder, 'link/dist')))
    expect(project).toMatchObject({ folder: join(folder, 'real'), out: join(folder, 'real/dist') })
  })

  it('are refused where there is no project or no configuration', () => {
    const folder = temporaryFolder()
    expect(() => resolveProject(args('--project', join(folder, 'nowhere')))).toThrow('nowhere is not there')
    expect(() => resolveProject(args('--project', folder))).toThrow(`there is no slipway.yaml in ${folder}`)
  })
})
