import { strings } from './strings.ts'

/** Turns the upload form into a place to drop files on: one request for each, with its progress. */
export function acceptFiles(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-upload]')
  const input = form?.querySelector<HTMLInputElement>('input[type=file]')
  const queue = form?.querySelector<HTMLUListElement>('[data-queue]')
  const area = form?.querySelector<HTMLElement>('.drop')
  if (!form || !input || !queue || !area) return
  input.multiple = true
  form.classList.add('live')
  input.addEventListener('change', () => send(form, input, queue, [...(input.files ?? [])]))
  for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    area.addEventListener(kind, (event) => {
      event.preventDefault()
      area.classList.toggle('over', kind === 'dragenter' || kind === 'dragover')
    })
  }
  area.addEventListener('drop', (event) => send(form, input, queue, [...(event.dataTransfer?.files ?? [])]))
}

async function send(form: HTMLFormElement, input: HTMLInputElement, queue: HTMLElement, files: File[]): Promise<void> {
  const rows = files.map((file) => ({ file, row: addRow(queue, file.name) }))
  const token = form.querySelector<HTMLInputElement>('[name=csrfmiddlewaretoken]')?.value ?? ''
  let next: string | undefined
  for (const { file, row } of rows) {
    const body = new FormData()
    body.set('csrfmiddlewaretoken', token)
    body.set(input.name, file)
    const address = await post(form.action, body, row.progress)
    row.state(address === undefined ? 'failed' : 'done')
    next = address ?? next
  }
  input.value = ''
  const failed = queue.querySelector('.failed') !== null
  if (next !== undefined && !failed) window.location.assign(next)
}

interface Row {
  progress(share: number): void
  state(state: 'done' | 'failed'): void
}

function addRow(queue: HTMLElement, name: string): Row {
  const item = document.createElement('li')
  const label = document.createElement('span')
  const bar = document.createElement('progress')
  const state = document.createElement('span')
  label.textContent = name
  state.textContent = strings.waiting
  state.className = 'muted'
  bar.max = 1
  bar.value = 0
  item.append(label, bar, state)
  queue.append(item)
  return {
    progress(share) {
      bar.value = share
      state.textContent = `${Math.round(share * 100)} %`
    },
    state(end) {
      item.className = end
      state.textContent = strings[end]
    },
  }
}

/** Sends a form; gives the address it was sent on to, or undefined when it was refused. */
function post(url: string, body: FormData, progress: (share: number) => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest() // fetch() cannot tell the progress of what it sends
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    })
    request.addEventListener('load', () => resolve(request.status < 400 ? request.responseURL : undefined))
    request.addEventListener('error', () => resolve(undefined))
    request.open('POST', url)
    request.send(body)
  })
}
