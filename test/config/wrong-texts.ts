import type { WrongConfig } from './valid.ts'

/** Texts that a rule refuses. */
export const WRONG_TEXTS: readonly WrongConfig[] = [
  {
    rule: 'text in place of true or false is told',
    from: 'native: true',
    to: 'native: "yes"',
    says: [
      'slipway.yaml:17:3 python.native: must be true or false, not the text "yes"',
      '  It is meant for: Whether any dependency carries native code; verified when dependencies are resolved.',
    ],
  },
  {
    rule: 'nothing in place of a value is told',
    from: 'native: true',
    to: 'native:',
    says: [
      'slipway.yaml:17:3 python.native: must be true or false, not nothing',
      '  It is meant for: Whether any dependency carries native code; verified when dependencies are resolved.',
    ],
  },
  {
    rule: 'an unknown database names the known one',
    from: 'kind: postgresql',
    to: 'kind: mysql',
    says: ['slipway.yaml:28:15 runtime.database.kind: must be postgresql, not "mysql"', '  Write postgresql.'],
  },
  {
    rule: 'a value near a known one names it',
    from: 'native: true',
    to: 'native: true\n  backend: genrated',
    says: ['slipway.yaml:18:3 python.backend: must be generated or own, not "genrated"', '  Did you mean generated?'],
  },
  {
    rule: 'a name that no Debian package can have is refused',
    from: 'name: shelf',
    to: 'name: My Shelf',
    says: [
      'slipway.yaml:3:3 app.name: is no Debian package name: lower-case letters, digits, + - . and at least two characters',
      '  Choose a name such as my-app; `title` may be written as you like.',
    ],
  },
  {
    rule: 'a comma inside { } that was not meant is told',
    from: 'meaning: Signs sessions,',
    to: 'meaning: Signs sessions, and links,',
    says: [
      'slipway.yaml:30:52 runtime.environment[0].and links: is no known key',
      '  A comma ends a value inside { }: put the text in quotes.',
    ],
  },
  {
    rule: 'a maintainer without an address is refused',
    from: 'Ada Reader <ada@shelf.example>',
    to: 'Ada Reader',
    says: [
      'slipway.yaml:7:3 app.maintainer: is not of the form Name <mail@example.org>',
      '  Write a name, a space and an address in angle brackets.',
    ],
  },
  {
    rule: 'a licence that is no SPDX expression is refused',
    from: 'license: MIT',
    to: 'license: MIT or so',
    says: [
      'slipway.yaml:6:3 app.license: "MIT or so" is no SPDX licence expression',
      '  Write identifiers of https://spdx.org/licenses joined by AND or OR, such as MIT OR Apache-2.0.',
    ],
  },
  {
    rule: 'a loose licence name is told its identifier',
    from: 'license: MIT',
    to: 'license: GPLv3',
    says: ['slipway.yaml:6:3 app.license: "GPLv3" is no SPDX identifier', '  Write GPL-3.0-only or GPL-3.0-or-later.'],
  },
  {
    rule: 'a page that is no web address is refused',
    from: 'https://shelf.example',
    to: 'shelf.example',
    says: ['slipway.yaml:5:3 app.homepage: is no web address', '  Begin with https://.'],
  },
  {
    rule: 'a summary of two lines is refused',
    from: 'Books and who has them',
    to: '"Books\\nand more"',
    says: ['slipway.yaml:4:3 app.summary: must be one line', '  Shorten it to one line.'],
  },
  {
    rule: 'an absolute glob is refused',
    from: 'shelf/**]\n  collect',
    to: '/srv/shelf/**]\n  collect',
    says: [
      'slipway.yaml:18:24 python.include[1]: "/srv/shelf/**" is absolute',
      '  Write it relative to the project, without a leading /.',
    ],
  },
  {
    rule: 'a glob that leaves the project is refused',
    from: 'shelf/**]\n  collect',
    to: '../other/**]\n  collect',
    says: ['slipway.yaml:18:24 python.include[1]: "../other/**" leaves the project', '  Remove the `..`.'],
  },
  {
    rule: 'a glob with a backslash is refused',
    from: 'shelf/**]\n  collect',
    to: "'shelf\\*']\n  collect",
    says: ['slipway.yaml:18:24 python.include[1]: "shelf\\\\*" has a backslash', '  Separate folders with /.'],
  },
  {
    rule: 'collecting without its root is refused',
    from: '    root: static\n',
    to: '',
    says: [
      'slipway.yaml:19:3 python.collect.root: is missing',
      '  Add it: Where the command leaves its files, relative to the project.',
    ],
  },
  {
    rule: 'flags inside a pattern, as Python writes them, are refused by their name',
    from: "'__version__ = ",
    to: "'(?m)^__version__ = ",
    says: [
      'slipway.yaml:11:34 version.files[1].pattern: is no regular expression of JavaScript: (?m)',
      '  Delete it: ^ and $ match at every line, and the first match counts.',
    ],
  },
  {
    rule: 'a pattern that does not compile is refused',
    from: '"(.+)"',
    to: '"((.+)"',
    says: [
      'slipway.yaml:11:34 version.files[1].pattern: is no regular expression',
      '  Escape ( ) [ ] + * ? with a backslash where they are meant.',
    ],
  },
  {
    rule: 'a pattern without a group is refused',
    from: '"(.+)"',
    to: '".+"',
    says: [
      'slipway.yaml:11:34 version.files[1].pattern: has no group',
      '  Put the version in parentheses, such as __version__ = "(.+)".',
    ],
  },
  {
    rule: 'a version file with both key and pattern is refused',
    from: 'key: project.version',
    to: "key: a.b, pattern: '(.+)'",
    says: [
      'slipway.yaml:10:7 version.files[0]: has both `key` and `pattern`',
      '  Give `key` for a JSON or TOML file, else `pattern`.',
    ],
  },
  {
    rule: 'a version file with neither key nor pattern is refused',
    from: ', key: project.version',
    to: '',
    says: [
      'slipway.yaml:10:7 version.files[0]: has neither `key` nor `pattern`',
      '  Give `key` for a JSON or TOML file, else `pattern`.',
    ],
  },
  {
    rule: 'a tag pattern without the version is refused',
    from: 'version:\n',
    to: 'version:\n  tag: release\n',
    says: ['slipway.yaml:9:3 version.tag: must hold {version} once', "  Write it such as 'v{version}'."],
  },
  {
    rule: 'a tag pattern that git refuses is refused',
    from: 'version:\n',
    to: "version:\n  tag: 'v {version}'\n",
    says: ['slipway.yaml:9:3 version.tag: is no name that a git tag can have', "  Write it such as 'v{version}'."],
  },
  {
    rule: 'a Python range without an operator is refused',
    from: '">=3.11"',
    to: '"3.11"',
    says: [
      'slipway.yaml:16:3 python.requires: is no list of version specifiers',
      '  Write it with an operator, such as ">=3.11".',
    ],
  },
]
