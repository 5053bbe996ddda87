/** The section of a version: from its heading (`## 1.5.0`, `## [v1.5.0] - 2026-01-01`) to the next of its level. */
export function changelogSection(changelog: string, version: string): string {
  const lines = changelog.replaceAll('\r\n', '\n').split('\n')
  const start = lines.findIndex((line) => headingVersion(line) === version)
  if (start === -1) return ''
  const level = levelOf(lines[start] ?? '')
  const after = lines.slice(start + 1)
  const end = after.findIndex((line) => levelOf(line) > 0 && levelOf(line) <= level)
  return (end === -1 ? after : after.slice(0, end)).join('\n').trim()
}

function levelOf(line: string): number {
  return /^(#{1,6})\s/.exec(line)?.[1]?.length ?? 0
}

function headingVersion(line: string): string | undefined {
  return /^#{1,6}\s+\[?v?([0-9][^\s\]]*)\]?/.exec(line)?.[1]
}
