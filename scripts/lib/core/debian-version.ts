/** Orders two Debian versions as dpkg does: negative, zero or positive (deb-version(7), "Sorting algorithm"). */
export function compareDebianVersions(a: string, b: string): number {
  const [x, y] = [splitVersion(a), splitVersion(b)]
  return x.epoch - y.epoch || compareParts(x.upstream, y.upstream) || compareParts(x.revision, y.revision)
}

// [epoch:]upstream[-revision]: the revision follows the last hyphen, and both ends default to 0
function splitVersion(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const hyphen = rest.lastIndexOf('-')
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '0' : rest.slice(hyphen + 1),
  }
}

// Runs of non-digits and of digits are compared in turn
function compareParts(a: string, b: string): number {
  const [left, right] = [a.matchAll(/(\D*)(\d*)/g), b.matchAll(/(\D*)(\d*)/g)]
  for (;;) {
    const [, textA = '', digitsA = ''] = left.next().value ?? []
    const [, textB = '', digitsB = ''] = right.next().value ?? []
    const order = compareText(textA, textB) || compareDigits(digitsA, digitsB)
    if (order !== 0) return order
    if (textA + digitsA + textB + digitsB === '') return 0
  }
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weight(a[i]) - weight(b[i])
    if (order !== 0) return order
  }
  return 0
}

// `~` before the end, the end before letters, letters before everything else
function weight(character: string | undefined): number {
  if (character === undefined) return 0
  if (character === '~') return -1
  return character.charCodeAt(0) + (/[A-Za-z]/.test(character) ? 0 : 256)
}

function compareDigits(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  if (x.length !== y.length) return x.length - y.length
  if (x === y) return 0
  return x < y ? -1 : 1
}
