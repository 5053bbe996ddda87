/** One entry of a yarn.lock. */
export interface YarnEntry {
  readonly patterns: readonly string[] // such as nanoid@^5.0.0
  readonly resolved?: string
  readonly integrity?: string
}

/** The entries of a lock of yarn 1 (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/). */
export function parseYarnLock(text: string): readonly YarnEntry[] {
  const blocks = text.split(/\r?\n(?=\S)/).filter((block) => /^[^#\s].*:\s*(?:\n|$)/.test(block))
  return blocks.map((block) => {
    const head = block.split('\n', 1)[0]?.replace(/:\s*$/, '') ?? ''
    const [resolved, integrity] = [field(block, 'resolved'), field(block, 'integrity')]
    return {
      patterns: [...head.matchAll(/"([^"]+)"|([^",\s]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
      ...(resolved === undefined ? {} : { resolved }),
      ...(integrity === undefined ? {} : { integrity }),
    }
  })
}

// Fields of an entry stand behind two spaces, its dependencies behind four.
function field(block: string, name: string): string | undefined {
  return new RegExp(`^ {2}${name} "?([^"\\s]+)"?`, 'm').exec(block)?.[1]
}

/** The lock with the configured registry in place of the public one: yarn 1 asks no other address than its lock names. */
export function throughRegistry(text: string, registry: string): string {
  const known = /^( {2}resolved "?)https:\/\/registry\.(?:yarnpkg\.com|npmjs\.org)\//gm
  return text.replaceAll(known, (_, start: string) => `${start}${registry}/`)
}
