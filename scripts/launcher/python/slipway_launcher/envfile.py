"""Files of NAME=VALUE lines. Nothing is expanded and no shell reads them."""
import re

from .errors import CONFIGURATION, Refusal

LINE = re.compile(r'(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)\Z', re.DOTALL)
DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?\Z', re.DOTALL)
SINGLE = re.compile(r"'([^']*)'\s*(?:#.*)?\Z", re.DOTALL)
ESCAPES = {'n': '\n', 'r': '\r', 't': '\t'}


def unescape(text):
    return re.sub(r'\\(.)', lambda found: ESCAPES.get(found.group(1), found.group(1)), text)


def parse_value(text, where):
    """A bare value goes to the end of the line, `#` and all, so that passwords need no quotes."""
    if text[:1] not in ('"', "'"):
        return text
    found = (DOUBLE if text[0] == '"' else SINGLE).match(text)
    if found is None:
        raise Refusal('%s: the quote that begins the value is not closed on this line' % where, CONFIGURATION)
    return unescape(found.group(1)) if text[0] == '"' else found.group(1)


def parse_env_file(path, data):
    """{name: (value, "file:line")} of a file's bytes; a later line wins."""
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        raise Refusal('%s is not UTF-8 text' % path, CONFIGURATION) from None
    values = {}
    for number, line in enumerate(text.split('\n'), 1):
        line, where = line.strip(), '%s:%d' % (path, number)
        if not line or line.startswith('#'):
            continue
        found = LINE.match(line)
        if found is None or '\0' in line:
            raise Refusal('%s: not NAME=VALUE and not a comment' % where, CONFIGURATION)
        values[found.group(1)] = (parse_value(found.group(2), where), where)
    return values
