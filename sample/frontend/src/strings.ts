import type english from './strings/en.json'

/** The words of one language; the build puts them in, so each language has a script of its own. */
declare const STRINGS: typeof english

export const strings: typeof english = STRINGS
