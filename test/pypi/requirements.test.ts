import { describe, expect, it } from 'vitest'
import { ReleaseError } from '../../scripts/lib/core/error.ts'
import { requirementLines } from '../../scripts/lib/core/requirement-lines.ts'
import type { VersionRule } from '../../scripts/pypi/loosen.ts'
import { readRequirements } from '../../scripts/pypi/requirements.ts'
import { plantTree } from '../support/trees.ts'
import { HASH, TAKEN } from './taken.ts'

const read = async (
  text: string,
  more: Readonly<Record<string, string>> = {},
  rule: VersionRule = 'exact',
): Promise<readonly string[]> => {
  const lines = await requirementLines(plantTree({ 'requirements.txt': text, ...more }), ['requirements.txt'])
  return readRequirements(lines, rule)
}

const refusalOf = async (text: string, more: Readonly<Record<string, string>> = {}): Promise<ReleaseError> => {
  const error = await read(text, more).catch((thrown: unknown) => thrown)
  if (error instanceof ReleaseError) return error
  throw new Error(`was not refused: ${JSON.stringify(error)}`)
}

describe('Requires-Dist from requirements files', () => {
  it.each(TAKEN)('takes %s', async (_name, text, requirements) => {
    expect(await read(text)).toEqual(requirements)
  })

  it.each<[VersionRule, readonly string[]]>([
    ['exact', ['django==5.2.8', 'a[x]==0.4; python_version < "3.12"', 'b==1.0rc1', 'c==2', 'd>=1,<3']],
    ['patch', ['django>=5.2.8,<5.3', 'a[x]>=0.4,<0.5; python_version < "3.12"', 'b==1.0rc1', 'c==2', 'd>=1,<3']],
    ['minor', ['django>=5.2.8,<6', 'a[x]>=0.4,<1; python_version < "3.12"', 'b==1.0rc1', 'c==2', 'd>=1,<3']],
  ])('says versions by the rule %s, which changes pins on plain numbers alone', async (rule, requirements) => {
    const lock = 'django==5.2.8\na[x]==0.4 ; python_version < "3.12"\nb==1.0rc1\nc==2\nd>=1,<3\n'
    expect(await read(lock, {}, rule)).toEqual(requirements)
  })

  it('follows includes beside the including file, each file once', async () => {
    const files = {
      'requirements/base.txt': 'six\n-r ../requirements.txt\n-rmore files.txt\n',
      'requirements/more files.txt': '--requirement=base.txt\nb==1\n',
    }
    expect(await read('-r requirements/base.txt\nc\n', files)).toEqual(['six', 'b==1', 'c'])
  })

  it('names the line that includes a file which is not there', async () => {
    const error = await refusalOf('six\n-r other.txt\n')
    expect(error.message).toBe('requirements.txt:2 names other.txt, which is no file of the project')
    expect(error.at).toEqual({ file: 'requirements.txt', line: 2, column: 1 })
  })

  it('names every line that a package cannot say, with its place and without its URL', async () => {
    const lines = [
      'six==1.17.0',
      '-e .',
      '-i https://user:secret@index.example/simple',
      '--extra-index-url https://user:secret@index.example/simple',
      '--proxy example',
      'a @ git+https://user:secret@git.example/a',
      'git+https://git.example/a#egg=a',
      './wheels/a.whl',
      'vendor/a',
      'torch==2.1.0+cu118',
      'a==1 --config-settings=x',
      'a b',
      'a=1',
      'a[b',
    ]
    const error = await refusalOf(`${lines.join('\n')}\n`)
    expect(error.message).toMatchInlineSnapshot(`
      "requirements that a package cannot carry:
        - requirements.txt:2 -e: an editable folder is no release
        - requirements.txt:3 -i: a package cannot say which index to ask
        - requirements.txt:4 --extra-index-url: a package cannot say which index to ask
        - requirements.txt:5 --proxy: an option of pip that a package cannot say
        - requirements.txt:6 a: the Python index takes no direct reference
        - requirements.txt:7 git: the Python index takes no direct reference
        - requirements.txt:8 .: a file of this machine is no release
        - requirements.txt:9 vendor: a file of this machine is no release
        - requirements.txt:10 torch: a local version (+…) is on no public index
        - requirements.txt:11 a: an option of pip that a package cannot say
        - requirements.txt:12 a: not a requirement (PEP 508)
        - requirements.txt:13 a: not a requirement (PEP 508)
        - requirements.txt:14 a: not a requirement (PEP 508)"
    `)
    expect(error.at).toEqual({ file: 'requirements.txt', line: 2, column: 1 })
    expect(JSON.stringify([error.message, error.hint])).not.toContain('secret')
  })

  it('are narrowed by constraints, which require nothing themselves', async () => {
    const files = { 'bounds/all.txt': 'Django == 5.2.8\nasgiref<4\n-r more.txt\n', 'bounds/more.txt': 'b!=2,<3\n' }
    expect(await read('django[x]>=5 ; python_version<"4"\n-cbounds/all.txt\nb\n', files)).toEqual([
      'django[x]>=5,==5.2.8; python_version<"4"',
      'b!=2,<3',
    ])
    const error = await refusalOf('b\n--constraint=c.txt\n', { 'c.txt': "b<2; sys_platform == 'x'\n" })
    expect(error.message).toContain('c.txt:1 b: a constraint with a marker cannot be said in a package')
  })

  it('of a lock are what the deps stage made of it', async () => {
    const made = { 'uv.lock': 'a==1 ; sys_platform == "linux" --hash=sha256:00\n' }
    const lines = await requirementLines(plantTree({}), ['uv.lock'], made)
    expect(readRequirements(lines, 'exact')).toEqual(['a==1; sys_platform == "linux"'])
  })

  it('counts a continued line from its first one, in the file where it stands', async () => {
    const error = await refusalOf('six\n-r other.txt', { 'other.txt': `a==1 \\\n    ${HASH}\n-e \\\n  .\n` })
    expect(error.message).toContain('other.txt:3 -e: an editable folder is no release')
  })
})
