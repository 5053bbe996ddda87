"""`backup`: database, keys and files of an installation as one file, the same in every channel."""
import os
import secrets
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections import namedtuple
from contextlib import contextmanager
from io import BytesIO

from .client import Client, find_tools, package_advice
from .errors import CONFIGURATION, DONE, FAILED, USAGE, Refusal, reason, tell
from .keys import fingerprint
from .programs import run_apart
from .stamp import FileRecord
from .state import BESIDE_SQLITE, UNFINISHED, is_sqlite, walk
from .tarball import Writer, room_for

Parts = namedtuple('Parts', 'file dump client found files version')


def file_name(layout):
    return '%s-%s-%s.backup' % (layout.name, layout.version, time.strftime('%Y%m%dT%H%M%SZ', time.gmtime()))


def backup(session, options):
    """The file is opened by whoever asks, such as root; everything is read by the service user."""
    if options.file == '-':
        return to_standard_output(session, not options.no_files)
    path = os.path.abspath(options.file or file_name(session.layout))
    if os.path.isdir(path):
        path = os.path.join(path, file_name(session.layout))
    with written_beside(path) as file:
        status, _ = run_apart(lambda: read_all(session, file, path, not options.no_files))
        if status:
            sys.exit(status)
    print('%s: %s' % (path, megabytes(os.path.getsize(path))))
    return DONE


def to_standard_output(session, files):
    if sys.stdout.isatty():
        raise Refusal('a backup is no text: send it into a file, as in `%s backup - > FILE`' % session.layout.command, USAGE)
    folder = session.layout.state
    with tempfile.TemporaryFile(dir=folder if os.access(folder, os.W_OK) else None) as file:
        status, _ = run_apart(lambda: read_all(session, file, folder, files))
        if status == DONE:
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)
        return status


@contextmanager
def written_beside(path):
    """A new file, 0600, that gets its name when everything in it is written."""
    temporary = os.path.join(os.path.dirname(path), UNFINISHED + secrets.token_hex(8))
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal('cannot write %s: %s' % (path, reason(error)), USAGE) from None
    try:
        with os.fdopen(descriptor, 'r+b') as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        os.rename(temporary, path)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def read_all(session, file, path, files):
    """The child's part: becomes the service user and fills the open file."""
    try:
        session.begin(strict=False)
        write_backup(session, file, path, files)
    except KeyboardInterrupt:
        sys.exit(130)


def write_backup(session, file, path, files=True, version=None):
    """Writes a backup into a file that can be sought; `path` is only named, and left out of the backup."""
    client = connect(session)
    if client:
        client.assert_can_dump()
    dump = client.dump() if client else None
    try:
        # Listed when the dump sees its moment: a file that a row of the dump names is there already.
        found = list(walk(session.layout, without=path)) if files else []
        assert_room(file, path, (client.size() if client else 0) + sum(one.st_size for _, _, one in found))
        fill(session, Parts(file, dump, client, found, files, data_version(session.layout, client) or version))
    except OSError as error:
        raise Refusal('cannot back up to %s: %s%s' % (
            path, error.filename + ': ' if error.filename else '', reason(error)), FAILED) from None
    finally:
        if dump:
            dump.abandon()
    if files:
        warn_of_elsewhere(session)


def fill(session, parts):
    layout, keys = session.layout, generated_keys(session)
    settings = [name for name in session.configuration.files if name.endswith('.env')]
    names = ['database.dump'] + ['keys/' + name for name in keys]
    names += ['configuration/' + os.path.basename(name) for name in settings]
    writer = Writer(parts.file, room_for(names + ['state/' + name for name, _, _ in parts.found]))
    if parts.dump:
        writer.add('database.dump', parts.dump)
        parts.dump.close()
    for name, (_, value) in keys.items():
        writer.add('keys/' + name, BytesIO(value.encode() + b'\n'))
    for name in settings:
        add_file(writer, 'configuration/' + os.path.basename(name), name, os.stat(name))
    kinds = [add_state(writer, layout, *one) for one in parts.found]
    writer.finish(dict(facts(layout, parts.client, keys, 'sqlite' in kinds), files=parts.files,
                       version=parts.version or layout.version))


def data_version(layout, client):
    """The version that last changed the data, where one was noted: it is who can read the backup."""
    noted = None
    if client and client.ask("SELECT to_regclass('slipway_launcher')"):
        noted = client.ask("SELECT value FROM slipway_launcher WHERE application = '%s' AND name = 'version'" % layout.name)
    return noted or FileRecord(layout).load().get('version')


def facts(layout, client, keys, sqlite):
    kind = {'kind': 'sqlite'} if sqlite else None
    if client:
        kind = {'kind': 'postgresql', 'server': '%d.%d' % divmod(client.server, 10000),
                'tool': '%d.%d' % client.version}
    return {
        'app': layout.name,
        'version': layout.version,
        'made_by': layout.version,
        'created': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        'channel': layout.channel,
        'database': kind,
        'keys': {variable: fingerprint(value) for variable, value in keys.values()},
    }


def connect(session):
    """The client of the application's database, None for an application without one."""
    if session.database() is None:
        return None
    tools = find_tools(session.layout)
    if tools is None:
        raise Refusal(no_tools(session), CONFIGURATION)
    return Client(session, *tools)


def no_tools(session):
    layout = session.layout
    if layout.channel != 'image':
        return 'pg_dump is not installed; %s' % package_advice(layout)
    given = ['DATABASE_URL'] if session.configuration.given('DATABASE_URL') else [
        row['name'] for row in layout.database_rows() if session.configuration.given(row['name'])]
    image = (layout.data.get('postgresql') or {}).get('image')
    if image is None:
        return ('this image has no pg_dump: keep the database with the tools of its server, and %s beside it; or make the backup '
                'with the Debian package or the wheel' % layout.state)
    container = socket.gethostname()
    shared = '--volumes-from %s --network container:%s' % (container, container)
    if 1 in (os.getpid(), os.getppid()):  # this container ends with this command
        shared = '-v VOLUME:%s' % layout.state
    return 'this image has no pg_dump; the full one does it:\ndocker run --rm %s%s %s backup - > %s.backup' % (
        shared, ''.join(' -e %s' % name for name in given), image, layout.name)


def assert_room(file, path, wanted):
    found = os.fstatvfs(file.fileno())
    free = found.f_bavail * found.f_frsize
    if free < wanted:
        raise Refusal('not enough room for %s: up to %s are needed, %s are free' % (
            path, megabytes(wanted), megabytes(free)))


def megabytes(size):
    return '%.1f MB' % (size / 1e6)


def generated_keys(session):
    """{file name: (variable, value)} of the keys that the data depends on."""
    found = {}
    for row in session.layout.generated():
        if row['name'] in session.values:
            found[row['name'].lower()] = (row['name'], session.values[row['name']][0])
        else:
            tell('%s is not known here and not in the backup' % row['name'])
    return found


def add_file(writer, name, path, found):
    with open(path, 'rb') as file:
        writer.add(name, file, found.st_mode & 0o777, int(found.st_mtime))


def add_state(writer, layout, name, path, found):
    """One entry of the state directory; what vanished since it was listed is no longer wanted."""
    try:
        if stat.S_ISDIR(found.st_mode):
            writer.add_directory('state/' + name, found.st_mode & 0o777, int(found.st_mtime))
        elif stat.S_ISLNK(found.st_mode):
            writer.add_link('state/' + name, os.readlink(path), int(found.st_mtime))
        elif any(path.endswith(end) and is_sqlite(path[:-len(end)]) for end in BESIDE_SQLITE):
            return 'beside'
        elif is_sqlite(path):
            add_sqlite(writer, layout, name, path, found)
            return 'sqlite'
        else:
            add_file(writer, 'state/' + name, path, found)
    except FileNotFoundError:
        pass
    return 'file'


def add_sqlite(writer, layout, name, path, found):
    """A copy of one moment by SQLite's own online backup; a file it does not understand is taken as it is."""
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=layout.state) as folder:
        copy = os.path.join(folder, 'copy')
        try:
            import sqlite3  # a small Python may lack it
            source, target = sqlite3.connect(path, timeout=30), sqlite3.connect(copy)
            try:
                source.backup(target)
            finally:
                source.close()
                target.close()
        except Exception as error:
            tell('%s is copied as it is: %s' % (path, error))
            copy = path
        add_file(writer, 'state/' + name, copy, found)


def warn_of_elsewhere(session):
    """Names the variables whose folder was moved out of the state directory."""
    state = session.layout.state
    for row in session.layout.rows:
        value = session.values.get(row['name'], ('',))[0]
        if (row.get('default') or '').startswith('{state}/') and value and not value.startswith(state + os.sep):
            tell('%s is %s, outside of %s: not in this backup' % (row['name'], value, state))
