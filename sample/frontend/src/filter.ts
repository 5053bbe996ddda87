/** Narrows a list to the entries that hold every word typed, as it is typed. */
export function filterLists(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-filter]')) {
    const name = input.dataset.filter ?? ''
    const entries = [...document.querySelectorAll<HTMLElement>(`#${name} > [data-words]`)]
    const nothing = document.querySelector<HTMLElement>(`[data-nothing="${name}"]`)
    input.closest('label')?.removeAttribute('hidden')
    input.addEventListener('input', () => {
      const words = fold(input.value).split(/\s+/)
      for (const entry of entries) {
        const text = fold(entry.dataset.words ?? '')
        entry.hidden = !words.every((word) => text.includes(word))
      }
      if (nothing !== null) nothing.hidden = entries.some((entry) => !entry.hidden)
    })
  }
}

/** Lower case without accents, so that "uber" finds "Über". */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}
