"""The data directory of the PostgreSQL inside: made whole beside its place, then renamed."""
import os
import pwd
import shutil

from .database import quoted
from .errors import FAILED, Refusal, tell
from .keys import flush_directory
from .programs import become

ROOM = 128 << 20  # bytes: a new cluster is half of it

# Written once; who administers the server may change them. Docker gives a container 64 MB of shared memory, which
# parallel queries exceed; the image leaves out the compiler that `jit` wants.
CONFIGURATION = '''
# of this container
max_wal_size = 256MB
min_wal_size = 48MB
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
'''

# Only the socket, whose folder nobody else may enter; a user without a name has no peer authentication.
CLIENTS = 'local all all trust\n'


def environment():
    """Nothing of the application reaches the server."""
    return {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'LANG': 'C.UTF-8', 'LC_ALL': 'C.UTF-8'}


def free_space(path):
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def locale(major):
    """Sorting by code points; from 17 on without the C library (initdb, --locale-provider)."""
    builtin = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] if int(major) >= 17 else []
    return ['--locale=C.UTF-8', '--encoding=UTF8'] + builtin


def named(folder):
    """The environment in which PostgreSQL finds a name for any number (nss_wrapper(1))."""
    try:
        pwd.getpwuid(os.geteuid())
        return environment()
    except KeyError:
        pass
    lines = {'passwd': 'postgres:x:%d:%d::/:/bin/false\n' % (os.geteuid(), os.getegid()),
             'group': 'postgres:x:%d:\n' % os.getegid()}
    for name, line in lines.items():
        with open(os.path.join(folder, name), 'w', encoding='ascii') as file:
            file.write(line)
    return dict(environment(), LD_PRELOAD='libnss_wrapper.so', NSS_WRAPPER_PASSWD=os.path.join(folder, 'passwd'),
                NSS_WRAPPER_GROUP=os.path.join(folder, 'group'))


def attempt(family, name, words, given='', variables=None):
    """Runs a program of PostgreSQL; its words are shown only when it fails."""
    output, text = os.memfd_create('output'), os.memfd_create('input')
    os.pwrite(text, given.encode(), 0)

    def action():
        for source, target in ((text, 0), (output, 1), (output, 2)):
            os.dup2(source, target)
        become(words, variables or environment())
    status = family.run(name, action)
    said = os.pread(output, 100000, 0).decode('utf-8', 'replace')
    os.close(output)
    os.close(text)
    if status:
        tell(said.rstrip())
        if 'No space left on device' in said:
            raise Refusal('the disk is full: make room on it, then start again', FAILED)
        raise Refusal('%s ended with %d; its own words stand above' % (name, status), FAILED)


def create(postgres, family):
    """Cluster, role and database, or nothing at all."""
    room = free_space(postgres.folder)
    if room < ROOM:
        raise Refusal('a new database needs %d MB, and %s has %d MB free: make room on that disk' % (
            ROOM >> 20, postgres.folder, room >> 20), FAILED)
    work = os.path.join(postgres.folder, '.new')
    shutil.rmtree(work, ignore_errors=True)
    data, name = os.path.join(work, 'data'), quoted(postgres.layout.name)
    try:
        os.mkdir(work, 0o700)
        variables = named(work)
        statements = 'CREATE ROLE %s LOGIN CREATEDB CREATEROLE;\nCREATE DATABASE %s OWNER %s;\n' % (name, name, name)
        attempt(family, 'initdb', [
            postgres.program('initdb'), '--pgdata', data, '--username=postgres', '--auth=trust', '--data-checksums',
            '--no-sync', *locale(postgres.major)], variables=variables)
        attempt(family, 'postgres --single', [
            postgres.program('postgres'), '--single', '-F', '-D', data, '-c', 'exit_on_error=on', 'postgres'],
            statements, variables)
        put(os.path.join(data, 'pg_hba.conf'), 'w', CLIENTS)
        put(os.path.join(data, 'postgresql.conf'), 'a', CONFIGURATION)
        # All at once at the end, instead of three times: a new cluster is a thousand files.
        attempt(family, 'initdb', [postgres.program('initdb'), '--sync-only', '--pgdata', data], variables=variables)
        os.rename(data, postgres.data)
        flush_directory(postgres.folder)
    except OSError as error:
        raise postgres.unwritable(postgres.data, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def put(path, mode, text):
    with open(path, mode, encoding='utf-8') as file:
        file.write(text)


def add_extensions(postgres, family):
    """Those that the application declares; each start, because a new version may want more."""
    wanted = (postgres.layout.data.get('database') or {}).get('extensions') or []
    if wanted:
        text = ''.join('CREATE EXTENSION IF NOT EXISTS %s;\n' % quoted(name) for name in wanted)
        attempt(family, 'psql', [postgres.program('psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', postgres.socket,
                                 '-U', 'postgres', '-d', postgres.layout.name], text)
