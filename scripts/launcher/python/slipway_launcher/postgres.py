"""The PostgreSQL inside an image: whether it is used, where it is, and its life on one volume."""
import errno
import fcntl
import hashlib
import os
import shutil
import socket
import stat
import time
from urllib.parse import quote

from . import cluster
from .errors import CONFIGURATION, FAILED, TRY_AGAIN, Refusal, reason, tell
from .programs import become

PORT = '5432'  # only part of the socket's name
WAIT = 60  # seconds for a server that another process of this container is starting or stopping
SETTINGS = {
    'listen_addresses': '',
    'unix_socket_permissions': '0700',
    'log_destination': 'stderr',
    'logging_collector': 'off',
    'log_line_prefix': 'postgresql: ',
    'log_checkpoints': 'off',
}


def identity():
    """Which container this is: its host name, and the mount namespace that every `docker exec` joins (namespaces(7))."""
    try:
        namespace = os.readlink('/proc/self/ns/mnt')
    except OSError:
        namespace = ''
    return '%s %s' % (socket.gethostname(), namespace)


def given_database(configuration):
    """The variable by which a person named another database, or None."""
    for name in ['DATABASE_URL'] + [row['name'] for row in configuration.layout.database_rows()]:
        for one in (name, name + '_FILE'):
            if configuration.given(one):
                return one
    return None


def available(layout):
    """Whether this image brings a PostgreSQL that the application can be told of."""
    place = layout.data.get('postgresql')
    return bool(layout.channel == 'image' and place and layout.database_rows() and os.path.isdir(place['bin']))


def inner_of(configuration):
    """The PostgreSQL inside, where there is one and nothing names another."""
    if not available(configuration.layout) or given_database(configuration):
        return None
    return Postgres(configuration.layout)


class Postgres:
    """One server on one volume, for the processes of one container."""

    def __init__(self, layout):
        self.layout = layout
        self.major = layout.data['postgresql']['major']
        self.folder = os.path.join(layout.state, 'postgresql')
        self.data = os.path.join(self.folder, self.major)
        self.unfinished = self.data + '.unfinished'  # a restore beside an older major has not succeeded yet
        self.socket = self.socket_folder()
        self.lock = None

    def program(self, name):
        return os.path.join(self.layout.data['postgresql']['bin'], name)

    def socket_folder(self):
        """Of this container alone, writable also where the root is not, and short (sun_path, unix(7))."""
        mark = hashlib.sha256(('%s %s' % (identity(), self.layout.state)).encode()).hexdigest()[:12]
        if os.access('/tmp', os.W_OK):
            return '/tmp/postgresql-%s' % mark
        return os.path.join(self.folder, 'socket-%s' % mark)

    def layer(self):
        """What the application is told, as one layer of its configuration."""
        name = self.layout.name
        parts = {'host': self.socket, 'port': PORT, 'name': name, 'user': name,
                 'url': 'postgresql://%s@%s:%s/%s' % (name, quote(self.socket, safe=''), PORT, name)}
        found = {}
        for row in self.layout.rows:
            source, _, part = row.get('from', '').partition('.')
            if source == 'database' and part in parts:
                found[row['name']] = (parts[part], 'the PostgreSQL inside')
        return found

    def libpq(self):
        """The same for psql and its like (PostgreSQL, "Environment Variables" of libpq)."""
        return {'PGHOST': self.socket, 'PGPORT': PORT, 'PGUSER': self.layout.name, 'PGDATABASE': self.layout.name}

    def running(self):
        """Whether a server of this container takes connections."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            try:
                client.connect(os.path.join(self.socket, '.s.PGSQL.' + PORT))
            except OSError:
                return False
        return self.status() == 'ready'

    def status(self):
        """The server's own word in its pid file (PostgreSQL, miscadmin.h, LOCK_FILE_LINE_PM_STATUS)."""
        try:
            with open(os.path.join(self.data, 'postmaster.pid'), encoding='utf-8') as file:
                lines = file.read().split('\n')
        except OSError:
            return ''
        return lines[7].strip() if len(lines) > 7 else ''

    def start(self, family, quiet=False, beside=False):
        """Makes the server run for this container; False where it did already. A restore may go beside an older major."""
        self.make_folder()
        if not self.take_lock():
            return False
        family.private.append(self.lock)
        self.refuse_unusable(beside)
        for name in os.listdir(self.folder):  # what a container that was killed left; the lock says that nobody uses it
            if name.startswith('socket-'):
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)
        if not os.path.isdir(self.data):
            if beside and self.others():
                open(self.unfinished, 'w', encoding='utf-8').close()
            tell('%s: making its database in %s' % (self.layout.name, self.data))
            cluster.create(self, family)
        self.launch(family, quiet)
        cluster.add_extensions(self, family)
        return True

    def make_folder(self):
        if os.geteuid() == 0:
            raise Refusal('PostgreSQL does not run as root: leave out --user, or name another user', CONFIGURATION)
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise self.unwritable(self.folder, error) from None

    def unwritable(self, path, error):
        advice = 'make room on that disk' if error.errno == errno.ENOSPC else (
            'mount a volume at %s that uid %d may write' % (self.layout.state, os.geteuid()))
        return Refusal('cannot write %s: %s; %s' % (path, reason(error), advice), CONFIGURATION)

    def take_lock(self):
        """True with the lock of the volume held, False when this container's own server runs already."""
        path = os.path.join(self.folder, 'lock')
        deadline = time.monotonic() + WAIT
        while True:
            if self.running():
                return False
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise self.unwritable(path, error) from None
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                holder = os.pread(descriptor, 1000, 0).decode('utf-8', 'replace')
                os.close(descriptor)
                self.refuse_held(holder, time.monotonic() >= deadline)
                time.sleep(0.2)
                continue
            self.lock = descriptor
            self.sign()
            return True

    def sign(self):
        """Writes into the lock who holds it, for the sentence that others get."""
        try:
            os.ftruncate(self.lock, 0)
            os.pwrite(self.lock, identity().encode(), 0)
        except OSError:
            pass  # a full disk; the lock holds without words

    def refuse_held(self, holder, late):
        if holder and holder != identity():
            host = holder.split(' ')[0]
            raise Refusal('the database in %s is in use by another container (host name %s): stop that one first, or run '
                          'the command in it: docker exec %s %s …' % (self.folder, host, host, self.layout.name), TRY_AGAIN)
        if late:
            raise Refusal('the database in %s is held by a process that does not start it' % self.folder, TRY_AGAIN)

    def finish(self):
        """A restore beside an older major has succeeded: from now on this one is used."""
        if os.path.exists(self.unfinished):
            os.unlink(self.unfinished)

    def others(self):
        """Majors other than this one that have data here."""
        return sorted((name for name in os.listdir(self.folder) if name.isdigit() and name != self.major and
                       os.path.exists(os.path.join(self.folder, name, 'PG_VERSION'))), key=int)

    def refuse_unusable(self, beside):
        others = self.others()
        lacking = not os.path.isdir(self.data) or os.path.exists(self.unfinished)
        if others and lacking and not beside:
            name, old = self.layout.name, others[-1]
            raise Refusal('\n'.join([
                '%s was made by PostgreSQL %s, which this image does not have: it brings PostgreSQL %s. Nothing was changed. '
                'Carry the data over:' % (os.path.join(self.folder, old), old, self.major),
                '  docker run --rm -v VOLUME:%s OLD_IMAGE backup - > %s.backup' % (self.layout.state, name),
                '  docker run --rm -i -v VOLUME:%s NEW_IMAGE restore - < %s.backup' % (self.layout.state, name),
                'VOLUME is the one of this container, OLD_IMAGE the image that ran before, NEW_IMAGE this one.',
            ]), CONFIGURATION)
        if os.path.isdir(self.data) and os.stat(self.data).st_uid != os.geteuid():
            uid = os.stat(self.data).st_uid
            raise Refusal('%s belongs to uid %d and this is uid %d: start the container with --user %d:0' % (
                self.data, uid, os.geteuid(), uid), CONFIGURATION)

    def launch(self, family, quiet):
        """The server as a child; back when it takes connections, however long its recovery takes."""
        stale = os.path.join(self.data, 'postmaster.pid')
        if os.path.exists(stale):
            os.unlink(stale)  # of a container that was killed: its number may mean another process here
        self.make_socket_folder()
        family.temporary.append(self.socket)
        settings = dict(SETTINGS, unix_socket_directories=self.socket, log_min_messages='fatal' if quiet else 'warning')
        words = [self.program('postgres'), '-D', self.data]
        for name, value in settings.items():
            words += ['-c', '%s=%s' % (name, value)]
        family.server = family.fork('PostgreSQL', lambda: become(words, cluster.environment()), keep=True)
        while self.status() != 'ready':
            if family.server in family.endings:
                raise self.not_started(family.endings[family.server])
            family.pause(0.05)

    def make_socket_folder(self):
        try:
            if os.path.lexists(self.socket):
                if os.lstat(self.socket).st_uid != os.geteuid() or not stat.S_ISDIR(os.lstat(self.socket).st_mode):
                    raise Refusal('%s belongs to somebody else' % self.socket, FAILED)
                shutil.rmtree(self.socket)
            os.mkdir(self.socket, 0o700)
        except OSError as error:
            raise self.unwritable(self.socket, error) from None

    def not_started(self, code):
        room = cluster.free_space(self.folder)
        if room < 16 << 20:  # one segment of the write-ahead log
            return Refusal('%s is full, %d MB are free: PostgreSQL cannot start; make room on that disk' % (
                self.folder, room >> 20), FAILED)
        return Refusal('PostgreSQL ended with %d while starting; its own words stand above' % code, FAILED)
