/** An option that every line of a lock file carries. */
export const HASH: string = `--hash=sha256:${'a'.repeat(64)}`

/** What pip reads as the text in the middle, and packaging parses as the texts on the right. */
export const TAKEN: readonly (readonly [name: string, text: string, requirements: readonly string[]])[] = [
  ['a pin', 'django==5.2.8\n', ['django==5.2.8']],
  ['hashes over continued lines', `django==5.2.8 \\\n    ${HASH} \\\n    ${HASH}\n`, ['django==5.2.8']],
  ['hashes with a blank', `django==5.2.8 ${HASH.replace('=', ' ')}`, ['django==5.2.8']],
  ['comments behind, between and alone', '# all\ndjango==5 # web\n\n  # more\nsix\n', ['django==5', 'six']],
  ['a comment that ends a continued line', `a==1 \\\n    ${HASH} \\\n    # via b\nb==2\n`, ['a==1', 'b==2']],
  ['extras', 'psycopg[ binary , pool ] == 3.2.1', ['psycopg[binary,pool]==3.2.1']],
  ['versions with blanks and in parentheses', 'a >= 1 , < 2\nb (~=1.4)', ['a>=1,<2', 'b~=1.4']],
  [
    'a wildcard, an epoch and an arbitrary version',
    'a==1.*\nb==1!2.0\nc===2020-x',
    ['a==1.*', 'b==1!2.0', 'c===2020-x'],
  ],
  [
    'markers',
    "tzdata==1 ; sys_platform == 'win32'\nb;python_version<'3.12'",
    ["tzdata==1; sys_platform == 'win32'", "b; python_version<'3.12'"],
  ],
  ['options of fetching', '--require-hashes\n--only-binary :all:\n--pre\nsix', ['six']],
  ['Windows line ends, a byte order mark, the same line twice', '\uFEFFsix\r\nsix\r\nb\r\n', ['six', 'b']],
  ['nothing', '\n# nothing\n', []],
]
