// Licences whose text is on every Debian system (base-files), by the SPDX identifiers and the names that declare them.
const COMMON: readonly (readonly [pattern: RegExp, name: string, file: string])[] = [
  [/^Apache(-2\.0| Software License| 2\.0| License,? (Version )?2\.0)$/i, 'Apache-2.0', 'Apache-2.0'],
  [/^(AGPL.*)$/i, 'AGPL-3', ''],
  [/^LGPL-?(v?3|3\.0).*|.*Lesser General Public License v3.*/i, 'LGPL-3', 'LGPL-3'],
  [/^LGPL-?(v?2\.1|2\.1).*/i, 'LGPL-2.1', 'LGPL-2.1'],
  [/^GPL-?(v?3|3\.0).*|^GNU General Public License v3.*/i, 'GPL-3', 'GPL-3'],
  [/^GPL-?(v?2|2\.0).*|^GNU General Public License v2.*/i, 'GPL-2', 'GPL-2'],
  [/^(MPL-2\.0|Mozilla Public License 2\.0.*)$/i, 'MPL-2.0', 'MPL-2.0'],
  [/^(CC0-1\.0|CC0 .*)$/i, 'CC0-1.0', 'CC0-1.0'],
]

// What trove classifiers call licences that machine-readable copyright files name otherwise.
const NAMES: Readonly<Record<string, string>> = {
  MIT: 'Expat',
  'MIT License': 'Expat',
  'BSD License': 'BSD',
  'ISC License (ISCL)': 'ISC',
  'Python Software Foundation License': 'PSF-2',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
  'The Unlicense (Unlicense)': 'Unlicense',
}

/** Short name of a licence, without blanks, and where its text is if every Debian system has it. */
export function shortName(declared: string): { readonly name: string; readonly file: string } {
  const common = COMMON.find(([pattern]) => pattern.test(declared))
  if (common !== undefined) return { name: common[1], file: common[2] }
  const known = NAMES[declared] ?? declared
  return {
    name: known === '' ? 'unknown' : known.replaceAll(/[^0-9A-Za-z.+-]+/g, '-').replaceAll(/^-|-$/g, ''),
    file: '',
  }
}

// Full texts that every Debian system has: to repeat them is an error of a package (Debian Policy 12.5).
const FULL_TEXTS: readonly (readonly [text: RegExp, file: string])[] = [
  [/Apache License\s+Version 2\.0, January 2004[\s\S]*?(END OF TERMS AND CONDITIONS|$)/g, 'Apache-2.0'],
  [
    /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007[\s\S]*?(choose that version for the\s+Library\.|$)/g,
    'LGPL-3',
  ],
  [
    /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1, February 1999[\s\S]*?(END OF TERMS AND CONDITIONS|$)/g,
    'LGPL-2.1',
  ],
  [/GNU LIBRARY GENERAL PUBLIC LICENSE\s+Version 2, June 1991[\s\S]*?(END OF TERMS AND CONDITIONS|$)/g, 'LGPL-2'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007[\s\S]*?(END OF TERMS AND CONDITIONS|$)/g, 'GPL-3'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2, June 1991[\s\S]*?(END OF TERMS AND CONDITIONS|$)/g, 'GPL-2'],
  [/Mozilla Public License,? [Vv]ersion 2\.0\s+[=\s]*1\. Definitions[\s\S]*?(Exhibit B - [\s\S]*|$)/g, 'MPL-2.0'],
  [/Creative Commons[\s\S]{0,20}CC0 1\.0 Universal[\s\S]*?(duty to provide updates[\s\S]*|$)/gi, 'CC0-1.0'],
]

/** A licence text in which the place on the system stands for what every system has. */
export function withoutCommon(text: string): string {
  return FULL_TEXTS.reduce((left, [full, file]) => left.replaceAll(full, commonText(file)), text)
}

/** Where a Debian system has the text of a licence. */
export function commonText(file: string): string {
  return `On Debian systems the full text is in /usr/share/common-licenses/${file}`
}

// By what the best known texts say; the order matters.
const KNOWN_TEXTS: readonly (readonly [words: RegExp, name: string])[] = [
  [/SPDX-License-Identifier:\s*([\w.+-]+)/, ''],
  [/Apache License,?\s+Version 2\.0|Apache-2\.0/i, 'Apache-2.0'],
  [/GNU AFFERO GENERAL/i, 'AGPL-3'],
  [/Mozilla Public License/i, 'MPL-2.0'],
  [/SIL OPEN FONT LICENSE/i, 'OFL-1.1'],
  [/Permission is hereby granted, free of charge|\bMIT\b/, 'Expat'],
  [/Permission to use, copy, modify, and(\/or)? distribute/i, 'ISC'],
  [/Redistribution and use in source and binary forms[\s\S]*Neither the name/i, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/\bBSD\b/, 'BSD'],
  [/free and unencumbered software/i, 'Unlicense'],
]

/** What the licence of a text is called, as far as its words say. */
export function nameOfText(text: string): string {
  for (const [words, name] of KNOWN_TEXTS) {
    const found = words.exec(text)
    if (found !== null) return name === '' ? shortName(found[1] ?? '').name : name
  }
  return 'as-stated'
}
