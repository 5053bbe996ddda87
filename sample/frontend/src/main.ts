import { filterLists } from './filter.ts'
import { guardSecrets } from './secret.ts'
import { strings } from './strings.ts'
import { offerThemes } from './theme.ts'
import { acceptFiles } from './upload.ts'

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-confirm]')) {
  form.addEventListener('submit', (event) => {
    if (!window.confirm(strings.reallyDelete)) event.preventDefault()
  })
}

offerThemes()
filterLists()
guardSecrets()
acceptFiles()
