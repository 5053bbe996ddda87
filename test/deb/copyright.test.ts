import { describe, expect, it } from 'vitest'
import { bannersIn } from '../../scripts/deb/embedded.ts'
import { deb } from '../../scripts/deb/index.ts'
import { nameOfText, withoutCommon } from '../../scripts/deb/licenses.ts'
import type { BundledModule } from '../../scripts/lib/core/bundled-modules.ts'
import { mergeTrees } from '../../scripts/lib/core/tree.ts'
import { bundledModule } from '../support/facts.ts'
import { plantTree, SATCHEL_APP } from '../support/trees.ts'
import { memoryWork, type WorkParts, writtenFile } from '../support/work.ts'
import { textOf, unpackDeb } from './unpack.ts'

const MIT = 'Permission is hereby granted, free of charge, to any person\n'

const module = (name: string, more: Partial<BundledModule> = {}): BundledModule => {
  const texts = [{ file: 'LICENSE', text: `Copyright (c) 2021 ${name}\n\n${MIT}` }]
  return bundledModule({ name, version: '1.0.0', frontends: ['frontend'], texts, ...more })
}

async function copyrightOf(parts: WorkParts): Promise<readonly string[]> {
  const work = memoryWork(parts)
  await deb.build(work, { pythons: ['3.11'] })
  const { dataTar } = await unpackDeb(writtenFile(work, 'satchel_1.2.0-1_all.deb'))
  return (await textOf(dataTar, './usr/share/doc/satchel/copyright')).trimEnd().split('\n\n')
}

describe('the copyright file of an application with JavaScript of others', () => {
  it('has a paragraph about its bundle, and one with the text of each module in it', async () => {
    const modules = [
      module('svelte', { homepage: 'https://svelte.dev' }),
      module('@scope/kit', { license: 'Apache-2.0', texts: [], author: 'Ada' }),
      module('old', { version: '1.0.0', license: '' }),
      module('old', { version: '2.0.0', license: '', texts: [{ file: 'COPYING', text: MIT }] }),
    ]
    const [, , about, ...licences] = await copyrightOf({ modules })
    expect(about?.split('\n')).toEqual([
      'Files: usr/lib/satchel/app/core/static/core/build/*',
      ' usr/share/satchel/static/core/build/*',
      'Copyright: 2023 Satchel developers <satchel@satchel.example>',
      ' 2021 svelte',
      ' Ada',
      ' 2021 old',
      ' the authors of old',
      'License: Apache-2.0 and Expat-svelte and Apache-2.0-scope-kit and Expat-old and Expat-old-2.0.0',
      'Comment: Built from the application and the JavaScript packages below, as far as the build took them in.',
    ])
    expect(licences.map((text) => text.split('\n', 1)[0])).toEqual([
      'License: Expat-svelte',
      'License: Apache-2.0-scope-kit',
      'License: Expat-old',
      'License: Expat-old-2.0.0',
    ])
    expect(licences[0]).toContain(` ${MIT.trim()}\nComment: svelte 1.0.0, https://svelte.dev`)
    expect(licences[1]).toContain(' No licence file found; its authors declare: Apache-2.0\n On Debian systems')
  })

  it('names what committed scripts and folders say themselves, equal texts once', async () => {
    const banner = '/*! jQuery v3 | (c) 2021 OpenJS Foundation | Released under the MIT license */\n'
    const app = mergeTrees([
      SATCHEL_APP,
      plantTree({
        LICENSE: 'its own\n',
        'core/static/vendor/jquery.js': `${banner}x()\n`,
        'core/static/vendor/jquery.min.js': `${banner}y()\n`,
        'core/static/fonts/OFL/LICENSE.txt': 'Copyright 2012 Type\nSIL OPEN FONT LICENSE Version 1.1\n',
        'core/static/page.js': '/* nothing to tell */\nz()\n',
        'core/static/app.js.LICENSE.txt': '/*! React, Copyright (c) 2013 Meta, MIT License */\n',
      }),
    ])
    const [, , ...found] = await copyrightOf({ app })
    const at = 'usr/lib/satchel/app/core/static'
    expect(found.map((text) => text.split('\n').slice(0, -1).join('\n'))).toEqual([
      `Files: ${at}/app.js\nCopyright: as its text says\nLicense: Expat`,
      `Files: ${at}/fonts/OFL/*\nCopyright: 2012 Type\nLicense: OFL-1.1\n Copyright 2012 Type`,
      `Files: ${at}/vendor/jquery.js\n ${at}/vendor/jquery.min.js\nCopyright: as its text says\nLicense: Expat`,
    ])
  })
})

describe('licence texts', () => {
  it.each([
    [`Apache License\n   Version 2.0, January 2004\n…\nEND OF TERMS AND CONDITIONS\nCopyright 2020 A\n`, 'Apache-2.0'],
    [
      'GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n…\nEND OF TERMS AND CONDITIONS\nCopyright 2020 A\n',
      'GPL-3',
    ],
  ])('give way to the place on every Debian system, and what is around them stays', (text, file) => {
    const place = `On Debian systems the full text is in /usr/share/common-licenses/${file}`
    expect(withoutCommon(`Part one\n${text}`)).toBe(`Part one\n${place}\nCopyright 2020 A\n`)
  })

  it.each([
    [MIT, 'Expat'],
    ['SPDX-License-Identifier: BSD-3-Clause', 'BSD-3-Clause'],
    ['Redistribution and use in source and binary forms … Neither the name of', 'BSD-3-Clause'],
    ['Permission to use, copy, modify, and/or distribute', 'ISC'],
    ['All rights reserved', 'as-stated'],
  ])('are called by what they say: %j', (text, name) => {
    expect(nameOfText(text)).toBe(name)
  })

  it('are the comments of a script that speak of them', () => {
    const script = '/* a */\n/**\n * @license X\n * MIT\n */\nf("/* b */") /*! Copyright 2020 C */'
    expect(bannersIn(script)).toEqual(['@license X\nMIT', 'Copyright 2020 C'])
  })
})
