"""`restore`: puts the data of a backup into this installation, whichever channel the backup came from."""
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from contextlib import suppress

from . import database, state
from .backup import connect, megabytes, write_backup, written_beside
from .client import package_advice
from .errors import CONFIGURATION, DONE, FAILED, USAGE, Refusal, reason
from .keys import alone, fingerprint, make_directories, write_exclusive
from .programs import run_apart
from .tarball import Damage, Reader
from .versions import newer

DATABASE = 'database.dump'


def restore(session, options):
    """Checks the whole file first; files and database are written by the service user, keys by whoever asks."""
    layout = session.layout
    if layout.user is not None and os.geteuid() != 0:
        raise Refusal('only root can put the keys in their place: run `%s restore` as root' % layout.command, USAGE)
    with open_backup(layout, options.file) as file:
        try:
            reader = Reader(file)
            assert_ours(reader.facts, layout)
            reader.check()
        except Damage as damage:
            raise Refusal('%s %s' % (options.file, damage)) from None
        status, _ = run_apart(lambda: restore_data(session, reader, options))
        if status:
            return status
        said = list(place_keys(session, reader, options.file))
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(layout.state, state.MARKER))
    for line in said + next_steps(layout, reader, options.file):
        print(line)
    return DONE


def open_backup(layout, name):
    try:
        if name == '-':
            # Unbuffered, because parent and child share its position.
            file = tempfile.TemporaryFile(buffering=0, dir=layout.state if os.access(layout.state, os.W_OK) else None)
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
            file.seek(0)
            return file
        path = os.path.realpath(name)
        inside = path.startswith(os.path.realpath(layout.state) + os.sep)
        top = os.path.join(layout.state, os.path.relpath(path, os.path.realpath(layout.state)).split(os.sep)[0])
        if inside and not state.apart_from(layout)(top):
            raise Refusal('%s lies among the files that it replaces: move it to another place' % name, USAGE)
        return open(path, 'rb', buffering=0)
    except OSError as error:
        raise Refusal('cannot read %s: %s' % (name, reason(error)), USAGE) from None


def assert_ours(facts, layout):
    if facts.get('app') != layout.name:
        raise Damage('is a backup of %s, and this is %s' % (facts.get('app'), layout.name))
    if newer(str(facts.get('version')), layout.version):
        raise Damage('was made by %s %s, and %s is installed: upgrade first' % (
            layout.title, facts['version'], layout.version))


def restore_data(session, reader, options):
    """The child's part: refuses, or leaves database and files restored and the marker in place."""
    try:
        session.begin(strict=False, keys=False)
        make_directories(session.layout)
        with alone(session.layout.state):  # a restore whose parent was killed may still write
            restore_as_user(session, reader, options)
    except OSError as error:
        raise Refusal('cannot restore %s: %s%s' % (
            options.file, error.filename + ': ' if error.filename else '', reason(error)), FAILED) from None
    except KeyboardInterrupt:
        sys.exit(130)


def restore_as_user(session, reader, options):
    layout = session.layout
    client = fitting_client(session, reader)
    marker = read_marker(layout)
    going_on = marker is not None and (options.replace or marker['backup'] == reader.digest)
    if marker is not None and not going_on:
        raise Refusal('the restore of another backup (%s) was interrupted: finish that one, or add --replace' % marker['file'])
    assert_room(layout, reader)
    if client:
        assert_stopped(layout, client)
    there = present(layout, client, reader)
    if there and not going_on and not options.replace:
        raise Refusal('there is data already (%s); nothing was changed. To put it aside first: `%s restore --replace %s`' % (
            ', '.join(there), layout.command, options.file))
    files = reader.facts.get('files', True)
    count = state.unpack(layout, reader) if files else 0
    if there and not going_on:
        put_aside(session, files)
    write_marker(layout, reader, options.file)
    if client:
        fill(layout, client, reader, going_on)
    if files:
        state.exchange(layout)
        print('restored %d file%s in %s' % (count, '' if count == 1 else 's', layout.state), flush=True)
    else:
        print('the backup was made without files: those in %s stay as they are' % layout.state, flush=True)


def fill(layout, client, reader, going_on):
    try:
        client.restore(lambda: reader.open(DATABASE))
    except Refusal:
        if not going_on:  # nothing was changed
            os.unlink(os.path.join(layout.state, state.MARKER))
        raise
    print('restored the database %s' % client.describe(), flush=True)


def fitting_client(session, reader):
    """The client for the dump of this backup; None where neither has a database."""
    kept = reader.facts.get('database') or {}
    dumped, wanted = kept.get('kind') == 'postgresql', session.database() is not None
    if dumped != wanted:
        raise Refusal('the backup holds %s PostgreSQL database, and this installation uses %s' % (
            ('a', 'none') if dumped else ('no', 'one')), CONFIGURATION)
    client = connect(session)
    layout = session.layout
    tool = int(str(kept.get('tool', 0)).split('.')[0])
    if client and tool > client.version[0]:
        raise Refusal('the dump was made by pg_dump %s, and the programs in %s are of version %d: restore with newer ones, %s' % (
            kept['tool'], client.folder, client.version[0], package_advice(layout, tool)), CONFIGURATION)
    return client


def assert_room(layout, reader):
    wanted = sum(member['size'] for name, member in reader.listed.items() if name.startswith('state/'))
    free = shutil.disk_usage(layout.state).free
    if free < wanted:
        raise Refusal('not enough room in %s: %s are needed beside the present files, %s are free' % (
            layout.state, megabytes(wanted), megabytes(free)))


def assert_stopped(layout, client):
    others = database.lingering(client.others)
    if others:
        stop = {'deb': '`systemctl stop %s` first' % layout.command.replace(' --instance ', '@'), 'image': 'stop the container that runs it first'}
        raise Refusal('the database %s is in use by %d other connection%s: %s' % (
            client.describe(), others, '' if others == 1 else 's', stop.get(layout.channel, 'stop %s first' % layout.title)))


def present(layout, client, reader):
    """What a restore would write over, in words."""
    tables = client.tables() if client else 0
    files = state.files_there(layout, reader.listed) if reader.facts.get('files', True) else []
    found = ['%d tables in the database %s' % (tables, client.describe())] if tables else []
    if files:
        found.append('%d file%s in %s such as %s' % (len(files), '' if len(files) == 1 else 's', layout.state, files[0]))
    return found


def put_aside(session, files):
    """The present data as a backup of its own, with which it can be had again."""
    folder = os.path.join(session.layout.state, 'backups')
    os.makedirs(folder, 0o750, exist_ok=True)
    path = unused(os.path.join(folder, 'before-restore-'), '.backup')
    with written_beside(path) as file:
        write_backup(session, file, path, files)
    print('the data that was here is kept in %s' % path, flush=True)


def read_marker(layout):
    """What an interrupted restore left, or None."""
    try:
        with open(os.path.join(layout.state, state.MARKER), encoding='utf-8') as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def write_marker(layout, reader, name):
    path = os.path.join(layout.state, state.MARKER)
    temporary = path + '.' + secrets.token_hex(4)
    write_exclusive(temporary, json.dumps({'backup': reader.digest, 'file': name}).encode())
    os.rename(temporary, path)


def place_keys(session, reader, name):
    """Puts each key where this channel keeps it, and says what only the person can do."""
    layout, configuration = session.layout, session.configuration
    for row in layout.generated():
        kept = 'keys/' + row['name'].lower()
        if kept not in reader.listed:
            continue
        wanted = reader.open(kept).read().decode('utf-8').rstrip('\r\n')
        given = configuration.given(row['name']) or configuration.given(row['name'] + '_FILE')
        if layout.channel == 'deb' or not given:
            yield from place_key(layout.key_file(row), wanted, row['name'])
        found = configuration.secret(row)
        if found and found[0] != wanted:
            yield '%s is set by %s to a key with fingerprint %s, and this data needs %s: set it to what `%s` shows' % (
                row['name'], found[1], fingerprint(found[0]), fingerprint(wanted), 'tar -xOf %s %s' % (name, kept))


def unused(start, end=''):
    """A name with the time in it that no earlier restore took, not even one of the same second."""
    path = moment = start + time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())
    number = 1
    while os.path.lexists(path + end):
        number += 1
        path = '%s-%d' % (moment, number)
    return path + end


def place_key(path, wanted, name):
    data = wanted.encode() + b'\n'
    try:
        if os.path.exists(path):
            with open(path, 'rb') as file:
                present_key = file.read()
            if present_key.strip() == wanted.encode():
                return
            aside = unused(path + '.before-restore-')
            if present_key.strip():
                os.link(path, aside)
                yield 'the key that was here is kept in %s' % aside
        temporary = '%s.%s' % (path, secrets.token_hex(8))
        os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
        write_exclusive(temporary, data)
        os.rename(temporary, path)
    except OSError as error:
        raise Refusal('cannot write %s: %s' % (path, reason(error))) from None
    yield '%s is in %s, fingerprint %s' % (name, path, fingerprint(wanted))


def next_steps(layout, reader, name):
    facts = reader.facts
    settings = [path for path in reader.listed if path.startswith('configuration/')]
    lines = ['the configuration of the backup was left out; `tar -xOf %s %s` shows it' % (name, path) for path in settings]
    lines.append('%s %s of %s is restored' % (layout.title, facts['version'], facts['created']))
    if facts['version'] != layout.version and layout.data.get('migrate'):
        lines.append('next: `%s migrate`, because %s is installed' % (layout.command, layout.version))
    return lines
