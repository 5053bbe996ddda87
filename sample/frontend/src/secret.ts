import { strings } from './strings.ts'

const SHOWN_MS = 1500

/** Covers secrets until they are asked for, and copies them without showing them. */
export function guardSecrets(): void {
  for (const card of document.querySelectorAll<HTMLElement>('.card')) {
    const secret = card.querySelector<HTMLElement>('[data-secret]')
    if (secret === null) continue
    secret.classList.add('covered')
    offer(card.querySelector('[data-show]'), (label) => {
      const covered = secret.classList.toggle('covered')
      label.textContent = covered ? strings.show : strings.hide
    })
    offer(card.querySelector('[data-copy]'), async (label) => {
      const text = secret.querySelector('pre')?.textContent ?? ''
      label.textContent = (await copy(text)) ? strings.copied : strings.notCopied
      setTimeout(() => {
        label.textContent = strings.copy
      }, SHOWN_MS)
    })
  }
}

function offer(button: HTMLButtonElement | null, action: (label: HTMLElement) => unknown): void {
  const label = button?.querySelector('span')
  if (button === null || label === null || label === undefined) return
  button.hidden = false
  button.addEventListener('click', () => action(label))
}

async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard === undefined) return copyBySelection(text) // none over plain http
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  )
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'offscreen'
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  return copied
}
