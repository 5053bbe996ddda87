const YEAR = 365 * 24 * 60 * 60

/** Switches between light and dark; the cookie lets the server send the next page in the right one at once. */
export function offerThemes(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-switch]')
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    const root = document.documentElement
    const dark = root.dataset.theme === undefined ? prefersDark() : root.dataset.theme === 'dark'
    root.dataset.theme = dark ? 'light' : 'dark'
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`
  })
}

function prefersDark(): boolean {
  return window.matchMedia('(prefers-color-scheme: dark)').matches
}
