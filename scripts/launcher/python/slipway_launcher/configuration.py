"""Where each variable comes from: default < env files < conf.d < environment, `NAME_FILE` for secrets."""
import os
from urllib.parse import parse_qs, unquote, urlsplit

from .envfile import parse_env_file
from .errors import CONFIGURATION, USAGE, Refusal, reason

# Options of a connection URL that libpq also reads from the environment (PostgreSQL, "Environment Variables" of libpq).
LIBPQ = {
    'sslmode': 'PGSSLMODE',
    'sslrootcert': 'PGSSLROOTCERT',
    'sslcert': 'PGSSLCERT',
    'sslkey': 'PGSSLKEY',
    'channel_binding': 'PGCHANNELBINDING',
    'target_session_attrs': 'PGTARGETSESSIONATTRS',
    'options': 'PGOPTIONS',
}

BOTH = 'both %s (%s) and %s_FILE (%s) are set: keep one of them'


def read_bytes(path, layout):
    """A file's bytes, None where there is none, a sentence where it may not be read."""
    try:
        with open(path, 'rb') as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        who = 'root or as %s' % layout.user if layout.user else 'its owner'
        raise Refusal('cannot read %s: run as %s' % (path, who), USAGE) from None
    except OSError as error:
        raise Refusal('cannot read %s: %s' % (path, reason(error)), USAGE) from None


def files_of(path, layout):
    """An env file itself, or the *.env files of a directory by name."""
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith('.env'))
    except (FileNotFoundError, NotADirectoryError):
        return [path]
    except PermissionError:
        raise Refusal('cannot read %s: run as root or as %s' % (path, layout.user), USAGE) from None
    return [os.path.join(path, name) for name in names]


def parse_database_url(url, where):
    """The parts of a connection URL, percent-decoded (PostgreSQL, "Connection URIs")."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refusal('%s: DATABASE_URL has no valid host and port' % where, CONFIGURATION) from None
    if parts.scheme.split('+')[0] not in ('postgres', 'postgresql', 'pgsql'):
        message = '%s: DATABASE_URL must look like postgres://USER:PASSWORD@HOST:PORT/NAME'
        raise Refusal(message % where, CONFIGURATION)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = parts.netloc.rpartition('@')[2].partition('[')[2].partition(']')[0] or parts.hostname
    decoded = {
        'host': query.get('host') or unquote(host or ''),
        'port': str(port or query.get('port', '')),
        'name': unquote(parts.path[1:]) or query.get('dbname', ''),
        'user': unquote(parts.username or '') or query.get('user', ''),
        'password': unquote(parts.password or '') or query.get('password', ''),
        'url': url,
    }
    return decoded, {LIBPQ[name]: value for name, value in query.items() if name in LIBPQ}


class Configuration:
    """All layers of one start, merged; `resolve` gives what the application gets."""

    def __init__(self, layout, extra=None):
        self.layout = layout
        self.files = []
        self.merged = {}
        self.chosen_port = False  # --port speaks for whichever service is run
        for path in layout.config:
            for file in files_of(path, layout):
                self.add_file(file)
        if extra is not None and not self.add_file(extra):
            raise Refusal('%s does not exist' % extra, USAGE)
        self.add({name: (value, 'the environment') for name, value in os.environ.items()})

    def add_file(self, path):
        data = read_bytes(path, self.layout)
        if data is None:
            return False
        self.files.append(path)
        values = parse_env_file(path, data)
        if 'APP_STATE_DIR' in values:
            message = '%s: APP_STATE_DIR counts only in the environment (or: --state DIR)'
            raise Refusal(message % values['APP_STATE_DIR'][1], CONFIGURATION)
        self.add(values)
        return True

    def add(self, layer):
        """Puts one layer above those before; its DATABASE_URL replaces the whole database of lower layers."""
        (url, where), file = layer.get('DATABASE_URL', ('', '')), layer.get('DATABASE_URL_FILE', ('',))
        if url and file[0]:
            raise Refusal(BOTH % ('DATABASE_URL', where, 'DATABASE_URL', file[1]), CONFIGURATION)
        if file[0]:
            url, where = self.from_file('DATABASE_URL', *file)
        if url and self.layout.database_rows():
            layer = dict(layer, **self.expanded(layer, url, where))
        self.merged.update(layer)

    def expanded(self, layer, url, where):
        parts, options = parse_database_url(url, where)
        found = {name: (value, where) for name, value in options.items() if name not in layer}
        for row in self.layout.rows:
            name, source = row['name'], row.get('from', '')
            if not source.startswith('database.') or name in layer or name + '_FILE' in layer:
                continue
            self.merged.pop(name, None)
            self.merged.pop(name + '_FILE', None)
            value = parts[source.partition('.')[2]]
            if value:
                found[name] = (value, 'DATABASE_URL')
        return found

    def from_file(self, name, path, where):
        data = read_bytes(path, self.layout)
        if data is None:
            raise Refusal('%s_FILE (%s): %s does not exist' % (name, where, path), CONFIGURATION)
        try:
            value = data.decode('utf-8').rstrip('\r\n')
        except UnicodeDecodeError:
            raise Refusal('the value of %s in %s is not UTF-8 text' % (name, path), CONFIGURATION) from None
        if not value:
            raise Refusal('the value of %s in %s is empty' % (name, path), CONFIGURATION)
        return value, path

    def given(self, name):
        """Value and origin of a variable as it was set; an empty one counts as not set."""
        value = self.merged.get(name)
        return value if value is not None and value[0] != '' else None

    def secret(self, row):
        """A secret by itself, from `NAME_FILE`, the service manager's credential, or the generated file."""
        name = row['name']
        own, file = self.given(name), self.given(name + '_FILE')
        if own and file:
            raise Refusal(BOTH % (name, own[1], name, file[1]), CONFIGURATION)
        if own or file:
            return own or self.from_file(name, *file)
        places = [os.path.join(os.environ.get('CREDENTIALS_DIRECTORY') or '/nonexistent', name.lower())]
        if row.get('generate') == 'key':
            places.append(self.layout.key_file(row))
        for place in places:
            data = read_bytes(place, self.layout)
            if data is not None:
                return self.from_file(name, place, place)
        return None

    def value(self, row):
        """Value and origin of one row, or None where nothing gives any."""
        name = row['name']
        if row['secret']:
            found = self.secret(row)
        elif row['required']:
            found = self.given(name)
        else:
            found = self.merged.get(name)
        if found is None and row.get('from') == 'port':
            found = (str(self.port()), 'PORT')
        if found is None and row.get('default') is not None:
            filled = self.layout.fill(row['default'], host=self.host(), port=self.port_or_default(row))
            found = (filled, 'default')
        return found

    def port_or_default(self, row):
        return '' if row.get('from') == 'port' else self.port()

    def host(self):
        given = self.given('APP_HOST')
        return given[0] if given else ('0.0.0.0' if self.layout.channel == 'image' else '127.0.0.1')

    def port(self, service=None):
        """The port of a service; PORT, or a row from it, speaks for the first one that has a port."""
        ported = [one for one in self.layout.services if one.get('port')]
        other = service is not None and service.get('port') and service is not ported[0]
        if other and not self.chosen_port:
            return service['port'] + (self.port() - ported[0]['port'] if self.layout.instance else 0)
        names = ['PORT'] + [row['name'] for row in self.layout.rows if row.get('from') == 'port']
        defaults = [(row['default'], 'default') for row in self.layout.rows
                    if row.get('from') == 'port' and row.get('default')]
        found = [self.given(name) for name in names if self.given(name)] + defaults
        text, where = found[0] if found else (str(ported[0]['port'] if ported else 8000), 'default')
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
            raise Refusal('%s is not a port (%s): a number from 1 to 65535 is wanted' % (text, where), CONFIGURATION)
        return int(text)

    def resolve(self):
        """({row name: (value, origin)}, [sentence for each required one that is missing])."""
        values, missing = {}, []
        for row in self.layout.rows:
            found = self.value(row)
            if found is not None:
                values[row['name']] = found
            if row['required'] and (found is None or found[0] == ''):
                missing.append(self.lacks(row))
        return values, missing

    def lacks(self, row):
        name, layout = row['name'], self.layout
        if row.get('generate') == 'key':
            who = ' as root' if layout.user else ''
            return '%s is not set and %s does not exist: run `%s init`%s' % (
                name, layout.key_file(row), layout.command, who)
        also = ', or %s_FILE to a file that holds it' % name if row['secret'] else ''
        files = [path for path in layout.config if path.endswith('.env')]
        places = ' or in '.join(['the environment'] + files[:1])
        example = ', for example %s=%s' % (name, row['example']) if row.get('example') else ''
        return '%s is not set (%s): set it in %s%s%s' % (name, row['meaning'], places, also, example)

    def database(self, values):
        """Connection parameters by libpq's names, None where the table does not tell them."""
        found = {}
        for row in self.layout.rows:
            source = row.get('from', '').partition('.')
            if source[0] == 'database' and values.get(row['name'], ('',))[0]:
                found[source[2]] = values[row['name']][0]
        if found.get('url'):
            found = dict(parse_database_url(found['url'], 'the database')[0], **{
                name: value for name, value in found.items() if name != 'url'})
        names = {'host': 'host', 'port': 'port', 'name': 'dbname', 'user': 'user', 'password': 'password'}
        return {names[part]: value for part, value in found.items() if part in names and value} or None

    def environment(self, values):
        """What the application's process gets besides its rows."""
        merged = {name: value for name, (value, _) in self.merged.items()}
        for row in self.layout.rows:
            if row['secret']:
                merged.pop(row['name'] + '_FILE', None)
        merged.update({name: value for name, (value, _) in values.items()})
        merged['APP_STATE_DIR'] = self.layout.state
        if self.layout.static:
            merged['APP_STATIC_DIR'] = self.layout.static
        if self.layout.data.get('settings'):
            merged.setdefault('DJANGO_SETTINGS_MODULE', self.layout.data['settings'])
        return merged
