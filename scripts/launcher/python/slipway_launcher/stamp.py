"""What the launcher remembers beside the data: which keys it was made with, and which version last changed it. It lies
in a table of its own in the application's database where the role may make one, else in the state directory."""
import json
import os
import secrets

from . import database
from .errors import CONFIGURATION, DONE, TRY_AGAIN, Refusal, tell
from .keys import fingerprint, write_exclusive
from .state import INSTALLATION, MARKER, files_there
from .versions import newer

CREATE = ('CREATE TABLE IF NOT EXISTS slipway_launcher '
          '(application text, name text, value text NOT NULL, PRIMARY KEY (application, name))')
SAVE = ('INSERT INTO slipway_launcher VALUES (%s, %s, %s) '
        'ON CONFLICT (application, name) DO UPDATE SET value = excluded.value')
LOAD = 'SELECT name, value FROM slipway_launcher WHERE application = %s'


class TableRecord:
    """The record in the application's own database."""

    def __init__(self, layout, driver, connection):
        self.layout, self.driver, self.connection = layout, driver, connection

    def load(self):
        try:
            if database.ask(self.connection, "SELECT to_regclass('slipway_launcher')::text") is None:
                return {}
            cursor = self.connection.cursor()
            cursor.execute(LOAD, (self.layout.name,))
            return dict(cursor.fetchall())
        except self.driver.Error:  # the table is somebody else's
            return {}

    def save(self, values):
        """Quietly nothing where the role may not make a table."""
        try:
            cursor = self.connection.cursor()
            if database.ask(self.connection, "SELECT to_regclass('slipway_launcher')::text") is None:
                cursor.execute(CREATE)
            for name, value in values.items():
                cursor.execute(SAVE, (self.layout.name, name, value))
        except self.driver.Error:
            pass

    def has_data(self):
        return database.ask(self.connection, database.statements('tables.sql')) > 0


class FileRecord:
    """The record of an application without a database that the launcher can ask."""

    def __init__(self, layout):
        self.layout = layout
        self.path = os.path.join(layout.state, INSTALLATION)

    def load(self):
        try:
            with open(self.path, encoding='utf-8') as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def save(self, values):
        temporary = '%s.%s' % (self.path, secrets.token_hex(4))
        try:
            write_exclusive(temporary, json.dumps(dict(self.load(), **values)).encode())
            os.rename(temporary, self.path)
        except OSError:
            pass

    def has_data(self):
        return bool(files_there(self.layout))


def record_of(session, seconds=5):
    """The record, as soon as the database answers."""
    parameters, driver = session.database(), database.load_driver()
    if parameters is None or driver is None:
        return FileRecord(session.layout)
    connection = database.wait(driver, parameters, seconds, session.database_hint())
    return TableRecord(session.layout, driver, connection)


def keys_now(session):
    """{name in the record: fingerprint} of the keys of this start."""
    rows = session.layout.generated()
    return {'key ' + row['name']: fingerprint(session.values[row['name']][0]) for row in rows if row['name'] in session.values}


def key_trouble(session, known):
    """What is wrong with the keys of this start, one text for each."""
    layout, now = session.layout, keys_now(session)
    for row in layout.generated():
        name = row['name']
        wanted, given = known.get('key ' + name), now.get('key ' + name)
        if wanted is None or given is None or wanted == given:
            continue
        place = session.values[name][1]
        yield '\n'.join([
            '%s is not the key that this data was made with: fingerprint %s is given (%s), %s is wanted.' % (
                name, given, place, wanted),
            'What the former key signed or encrypted cannot be read with this one (%s: %s).' % (name, row['meaning']),
            where_to_look(layout, row, wanted, place),
            'A backup holds it: `tar -xOf FILE keys/%s` shows it, and `tar -xOf FILE backup.json` its fingerprint.' % name.lower(),
            'To go on with this key all the same, and lose what the former one protects: `%s accept-key`' % layout.command,
        ])


def where_to_look(layout, row, wanted, place):
    path = layout.key_file(row)
    try:
        with open(path, encoding='utf-8') as file:
            found = fingerprint(file.read().rstrip('\r\n'))
    except (OSError, ValueError):
        found = None
    if found == wanted and path != place:
        return 'The wanted key is in %s: remove %s from %s.' % (path, row['name'], place)
    return 'It normally lies in %s.' % path


def version_trouble(session, known):
    layout, stamp = session.layout, known.get('version')
    if stamp is None or not newer(stamp, layout.version):
        return None
    return '\n'.join([
        'this data was last changed by %s %s, and this is %s, which may not understand it.' % (layout.title, stamp, layout.version),
        'Install %s %s again; or put back a backup from before it: `%s restore --replace FILE` (see %s).' % (
            layout.title, stamp, layout.command, os.path.join(layout.state, 'backups')),
        'If %s can work with this data: `%s accept-version`' % (layout.version, layout.command),
    ])


def interrupted(layout):
    """A sentence when a restore has begun and not ended."""
    try:
        with open(os.path.join(layout.state, MARKER), encoding='utf-8') as file:
            name = json.load(file)['file']
    except (OSError, ValueError, KeyError):
        return None
    return 'the restore of %s was interrupted: run `%s restore %s` again' % (name, layout.command, name)


def refuse(trouble):
    if trouble:
        raise Refusal(trouble, CONFIGURATION)


def before_migration(session, record, dump_first):
    """Refuses data that is not for this version or these keys; then the backup that was asked for."""
    known = record.load()
    refuse(interrupted(session.layout))
    refuse('\n'.join(key_trouble(session, known)))
    refuse(version_trouble(session, known))
    if dump_first and known.get('version') != session.layout.version and record.has_data():
        from .upgrade import before_upgrade  # tarfile and its like, which other starts do without
        before_upgrade(session, known.get('dumped') == session.layout.version)
        record.save({'dumped': session.layout.version})


def after_migration(session, record):
    record.save(dict(keys_now(session), version=session.layout.version, dumped=''))


def at_start(session):
    """Before a service runs; a database that does not answer is the application's own matter."""
    refuse(interrupted(session.layout))
    try:
        record = record_of(session, seconds=0)
    except Refusal as refusal:
        if refusal.code != TRY_AGAIN:
            raise
        return
    known = record.load()
    refuse('\n'.join(key_trouble(session, known)))
    if version_trouble(session, known):
        tell('%s: this data was last changed by %s %s, which is newer' % (
            session.layout.name, session.layout.title, known['version']))
    fresh = {name: value for name, value in keys_now(session).items() if name not in known}
    if fresh:
        record.save(fresh)


def accept_key(session, options):
    """The deliberate way on with another key."""
    session.begin()
    record = record_of(session)
    record.save(keys_now(session))
    for row in session.layout.generated():
        if row['name'] in session.values:
            value, place = session.values[row['name']]
            print('%s from %s is the key of this data from now on, fingerprint %s' % (row['name'], place, fingerprint(value)))
    return DONE


def accept_version(session, options):
    """The deliberate way on with an older version."""
    session.begin()
    record_of(session).save({'version': session.layout.version})
    print('%s is the version of this data from now on; next: `%s migrate`' % (session.layout.version, session.layout.command))
    return DONE


def record_lines(session):
    """Lines of `check`; nothing where the database did not answer."""
    trouble = interrupted(session.layout)
    if trouble:
        yield False, trouble
    try:
        known = record_of(session, seconds=0).load()
    except Refusal:
        return
    for text in key_trouble(session, known):
        yield False, text
    trouble = version_trouble(session, known)
    if trouble:
        yield False, trouble
    elif known.get('version'):
        yield True, 'the data was last changed by version %s' % known['version']
