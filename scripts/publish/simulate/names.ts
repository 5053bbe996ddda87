/**
 * The name under which GitHub shows an uploaded file: "special characters, non-alphanumeric characters, and leading or
 * trailing periods" are rewritten (REST "Upload a release asset"); observed: each becomes a dot, runs of dots one.
 */
export function shownName(asked: string): string {
  const shown = asked
    .replaceAll(/[^A-Za-z0-9._-]/g, '.')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^\.+|\.+$/g, '')
  return shown === '' ? 'default' : shown
}
