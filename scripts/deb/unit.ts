import { ReleaseError } from '../lib/core/error.ts'

/** One section of a unit file; a key may stand more than once. */
export interface UnitSection {
  readonly name: 'Unit' | 'Service' | 'Install'
  readonly settings: readonly (readonly [key: string, value: string])[]
}

/** A unit file, systemd.syntax(7); a value with a line break is refused, because the rest would become settings. */
export function renderUnit(sections: readonly UnitSection[]): string {
  return sections.map(({ name, settings }) => `[${name}]\n${settings.map(renderSetting).join('')}`).join('\n')
}

function renderSetting([key, value]: readonly [key: string, value: string]): string {
  if (!/[\r\n]/.test(value) && !value.endsWith('\\')) return `${key}=${value}\n`
  throw new ReleaseError('CONFIG_INVALID', `a unit's ${key} cannot hold ${JSON.stringify(value)}`, {
    hint: 'Write it in one line that does not end with a backslash.',
  })
}

/** Text in which systemd must see no specifier, systemd.unit(5) "Specifiers". */
export function literal(text: string): string {
  return text.replaceAll('%', '%%')
}
