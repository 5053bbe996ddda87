import { posix } from 'node:path'
import type { Finding } from '../lib/core/error.ts'
import type { Facts } from '../lib/core/facts.ts'
import type { PypiConfig } from './config.ts'

/** Content types of the long description that the index shows (core metadata, Description-Content-Type). */
export const DESCRIPTION_TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.rst': 'text/x-rst',
  '.txt': 'text/plain',
}

/** What the index or an installer would refuse later, said before anything is built. */
export function checkPypi(facts: Facts, config: PypiConfig): readonly Finding[] {
  return [...checkData(facts, config), ...checkReadme(config), ...checkClassifiers(config), ...checkUrls(config)]
}

function checkData({ python, frontends }: Facts, { data }: PypiConfig): readonly Finding[] {
  if (data === undefined) return []
  const path = ['data']
  const outside = frontends.flatMap(({ output }) => output).filter((glob) => !glob.startsWith(`${data}/`))
  if (python.backend === 'own' && python.collect === undefined && outside.length === 0) return []
  const message =
    outside.length === 0
      ? 'only a back end of the project, and one without python.collect, puts files below the prefix of Python'
      : `built files lie outside ${data}: ${outside.join(', ')}`
  return [{ path, message, hint: 'Leave it out, and put built files into a package.' }]
}

function checkReadme({ readme }: PypiConfig): readonly Finding[] {
  if (readme === undefined || posix.extname(readme) in DESCRIPTION_TYPES) return []
  const known = Object.keys(DESCRIPTION_TYPES).join(', ')
  return [{ path: ['readme'], message: `the Python index does not show ${readme}`, hint: `Name a file in ${known}.` }]
}

function checkClassifiers({ classifiers }: PypiConfig): readonly Finding[] {
  return classifiers.flatMap((classifier, index): Finding[] => {
    const path = ['classifiers', index]
    if (classifier.startsWith('License ::')) {
      const message = `${classifier} stands beside the licence expression, which the Python index refuses (PEP 639)`
      return [{ path, message, hint: 'Delete it; app.license says it.' }]
    }
    if (/^[^\r\n:]+( :: [^\r\n:]+)+$/.test(classifier)) return []
    return [
      {
        path,
        message: `${JSON.stringify(classifier)} is no trove classifier`,
        hint: 'Take one of pypi.org/classifiers.',
      },
    ]
  })
}

const LABEL = /^[^,\r\n]{1,32}$/ // core metadata, Project-URL

function checkUrls({ urls }: PypiConfig): readonly Finding[] {
  return Object.entries(urls).flatMap(([label, url]): Finding[] => {
    const path = ['urls', label]
    if (!LABEL.test(label)) {
      return [{ path, message: `${label} is no label of a link`, hint: 'Use at most 32 characters and no comma.' }]
    }
    if (/^https?:\/\/\S+$/.test(url)) return []
    return [{ path, message: `${url} is no web address`, hint: 'Write it whole, with https:// in front.' }]
  })
}
