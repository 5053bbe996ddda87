import picomatch from 'picomatch'
import { ReleaseError } from '../lib/core/error.ts'
import { isLink, type Tree } from '../lib/core/tree.ts'

// Names under which developers keep secrets beside the code.
const NAMES = picomatch(
  [
    '**/.env',
    '**/.env.*',
    '**/.envs/**',
    '**/*.env',
    '**/.secrets/**',
    '**/secret_key.txt',
    '**/sso.yml',
    '**/local_settings.py',
    '**/*.key',
    '**/*.p12',
    '**/*.pfx',
    '**/*.jks',
    '**/*.keystore',
    '**/*.kdbx',
    '**/id_{rsa,dsa,ecdsa,ed25519}',
    '**/.netrc',
    '**/.pgpass',
    '**/.pypirc',
    '**/.htpasswd',
    '**/.git-credentials',
    '**/db.sqlite3',
  ],
  { dot: true },
)

const EXAMPLES = picomatch('**/*.{example,sample,template,dist,default,defaults,test}', { dot: true })

// RFC 7468 section 10 and 11, and the labels that OpenSSL, OpenSSH and PGP use besides.
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/

/** SECRET_FOUND with every secret-looking file of a tree, unless `allow` exempts it by name. */
export async function assertNoSecrets(tree: Tree, allow: readonly string[]): Promise<void> {
  const allowed = picomatch([...allow], { dot: true })
  const found: string[] = []
  for (const entry of tree.files) {
    if (allowed(entry.path)) continue
    if (hasSecretName(entry.path)) found.push(`${entry.path} (its name)`)
    else if (!isLink(entry) && PRIVATE_KEY.test(Buffer.from(await tree.read(entry)).toString('latin1'))) {
      found.push(`${entry.path} (holds a private key)`)
    }
  }
  if (found.length === 0) return
  const message = ['what looks like a secret would be installed:', ...found.map((line) => `  ${line}`)].join('\n')
  throw new ReleaseError('SECRET_FOUND', message, {
    hint: 'Take it out of python.include, or name it in python.allow if everybody may read it.',
  })
}

function hasSecretName(path: string): boolean {
  return NAMES(path) && !EXAMPLES(path)
}
