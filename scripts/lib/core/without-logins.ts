/** Text with the user part of every URL masked (RFC 3986 §3.2.1): registries are often configured with a password in it. */
export function withoutLogins(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)(?!git@)[^\s/]*@/gi, '$1***@') // up to the last @: some passwords hold one
}
