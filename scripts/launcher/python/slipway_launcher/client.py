"""PostgreSQL's own client programs: finding them, asking, dumping and restoring as streams."""
import os
import re
import shutil
import subprocess
import tempfile
import threading
from glob import glob

from . import database
from .errors import CONFIGURATION, TRY_AGAIN, Refusal

# Where distributions keep one folder for each major version (Debian and Ubuntu; packages of postgresql.org for RHEL).
FOLDERS = ('/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin')
VARIABLES = {'host': 'PGHOST', 'port': 'PGPORT', 'dbname': 'PGDATABASE', 'user': 'PGUSER', 'password': 'PGPASSWORD'}
RESTORED_SETTING = re.compile(rb'^SET transaction_timeout = 0;$', re.MULTILINE)  # unknown to servers before 17


def tool_version(folder):
    """Version of the client programs in a folder, such as (15, 14), or None."""
    try:
        said = subprocess.run([os.path.join(folder, 'pg_dump'), '--version'], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout.decode('ascii', 'replace')
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r'(\d+)(?:\.(\d+))?', said)
    return (int(found.group(1)), int(found.group(2) or 0)) if found else None


def find_tools(layout):
    """(folder, version) of the newest client programs on this machine, or None."""
    own = (layout.data.get('postgresql') or {}).get('bin')
    on_path = shutil.which('pg_dump')
    folders = ([own] if own else []) + [folder for pattern in FOLDERS for folder in glob(pattern)]
    folders += [os.path.dirname(on_path)] if on_path else []
    found = [(tool_version(folder), folder) for folder in dict.fromkeys(folders)]
    known = [(version, folder) for version, folder in found if version]
    return max(known)[::-1] if known else None


def package_advice(layout, major=None):
    """What to install where the client programs are missing or too old."""
    package = 'postgresql-client' + ('-%d' % major if major else '')
    if layout.channel == 'image':
        return 'use an image of %s with PostgreSQL %s or newer inside' % (layout.title, major or '')
    source = ' (from apt.postgresql.org where the distribution lacks it)' if major else ''
    return 'on Debian and Ubuntu: apt-get install %s%s' % (package, source)


class Client:
    """The application's database, seen through psql, pg_dump and pg_restore."""

    def __init__(self, session, folder, version):
        self.layout, self.folder, self.version = session.layout, folder, version
        self.parameters = session.database()
        secret = [row['name'] for row in self.layout.rows if row['secret']] + ['DATABASE_URL']
        self.environment = {name: value for name, value in os.environ.items() if name not in secret}
        self.environment.update({VARIABLES[name]: value for name, value in self.parameters.items()})
        self.environment.update(LC_ALL='C', PGCONNECT_TIMEOUT='10', PGAPPNAME='%s backup' % self.layout.name)
        self.environment.setdefault('HOME', '/')
        self.server = self.reach()

    def command(self, program, *options):
        return [os.path.join(self.folder, program), '--no-password', *options]

    def describe(self):
        return database.describe(self.parameters)

    def reach(self):
        """The server's version number, or a sentence when it does not answer."""
        try:
            return int(self.ask('SHOW server_version_num'))
        except Refusal as refusal:
            raise Refusal('the database %s cannot be reached: %s' % (self.describe(), refusal), TRY_AGAIN) from None

    def ask(self, query):
        """The rows of one query, columns parted by |."""
        command = self.command('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-')
        done = subprocess.run(command, env=self.environment, input=query.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise Refusal(words_of(done.stderr))
        return done.stdout.decode('utf-8', 'replace').strip()

    def tables(self):
        """How many of the application's tables there are."""
        return int(self.ask(database.statements('tables.sql')))

    def size(self):
        """Bytes of the tables without their indexes: more than what a dump of them takes."""
        return int(self.ask('SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class WHERE relkind IN '
                            "('r', 'm') AND relnamespace <> 'pg_catalog'::regnamespace"))

    def others(self):
        """How many other connections the database has."""
        return int(self.ask('SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() '
                            "AND pid <> pg_backend_pid() AND usename IS NOT NULL "
                            "AND coalesce(backend_type, 'client backend') = 'client backend'"))  # hidden from other roles

    def assert_can_dump(self):
        major = self.server // 10000
        if major > self.version[0]:
            raise Refusal('the server is PostgreSQL %d, and pg_dump %d in %s refuses newer ones: %s' % (
                major, self.version[0], self.folder, package_advice(self.layout, major)), CONFIGURATION)

    def dump(self):
        """A running pg_dump, as a file object whose `close` refuses when it failed."""
        options = ('--format=custom', '--no-owner', '--no-acl', '--no-publications', '--no-subscriptions',
                   '--no-security-labels')
        return Output(self.command('pg_dump', *options), self.environment)

    def restore(self, open_dump):
        """Empties the application's own schemas and fills them from a dump, all of it in one transaction or nothing."""
        empty = database.statements('empty.sql')
        kept = self.ask('BEGIN; %s\n%s; ROLLBACK;' % (empty, database.statements('schemas.sql'))).splitlines()
        with tempfile.NamedTemporaryFile('w', suffix='.list') as listing:
            listing.write('\n'.join(self.entries(open_dump, set(kept))))
            listing.flush()
            self.pour(open_dump, listing.name, empty)

    def entries(self, open_dump, schemas):
        """The dump's table of contents without what the emptied database still has."""
        command = [os.path.join(self.folder, 'pg_restore'), '--list']
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
            reader = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=errors, env=self.environment)
            feed(open_dump(), reader.stdin)
            if reader.wait():
                raise Refusal('the dump cannot be read: %s' % words_of(contents(errors)))
            lines = contents(said).decode('utf-8', 'surrogateescape').splitlines()
        comment = re.compile(r'\d+; \d+ \d+ COMMENT - EXTENSION ')  # only its owner may, often the superuser
        schema = re.compile(r'\d+; \d+ \d+ SCHEMA - (.+) \S*$')
        return [line for line in lines if not comment.match(line)
                and not (schema.match(line) and schema.match(line).group(1) in schemas)]

    def pour(self, open_dump, listing, before):
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
            psql = subprocess.Popen(self.command('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', '-'), env=self.environment,
                                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
            script = [os.path.join(self.folder, 'pg_restore'), '--no-owner', '--no-acl', '--exit-on-error',
                      '--file=-', '--use-list=%s' % listing]
            reader = subprocess.Popen(script, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=errors)
            feeder = threading.Thread(target=feed, args=(open_dump(), reader.stdin), daemon=True)
            feeder.start()
            well = write(psql.stdin, ('BEGIN;\n%s\n' % before).encode())
            well = self.pass_on(reader.stdout, psql.stdin) and well
            reader.stdout.close()
            feeder.join()
            # Without this COMMIT the server throws all of it away when psql ends.
            well = reader.wait() == 0 and well and write(psql.stdin, b'\nCOMMIT;\n')
            close(psql.stdin)
            if psql.wait() or not well:
                raise Refusal('the database %s was left as it was: %s%s' % (
                    self.describe(), words_of(contents(said) or contents(errors)), self.older_server()))

    def older_server(self):
        return ' (this server is PostgreSQL %d)' % (self.server // 10000)

    def pass_on(self, source, target):
        """Copies the script of pg_restore to psql; its first piece holds the settings."""
        head = True
        for data in iter(lambda: source.read1(1 << 20), b''):
            if head and self.server < 170000:
                data = RESTORED_SETTING.sub(b'', data)
            head = False
            if not write(target, data):
                return False
        return True


class Output:
    """What a program writes, as a file object; made when the first byte is there, and pg_dump then sees one moment."""

    def __init__(self, command, environment):
        self.errors = tempfile.TemporaryFile()
        self.program = os.path.basename(command[0])
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.errors)
        self.first = self.process.stdout.read(1)

    def read(self, size):
        first, self.first = self.first, b''
        return first or self.process.stdout.read(size)

    def abandon(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.process.stdout.close()
        with self.errors:
            if self.process.wait():
                raise Refusal('%s failed: %s' % (self.program, words_of(contents(self.errors))))


def feed(source, target):
    """Gives a program its input; one that has read enough is content."""
    for data in iter(lambda: source.read(1 << 20), b''):
        if not write(target, data):
            break
    close(target)


def write(target, data):
    try:
        target.write(data)
        target.flush()
    except BrokenPipeError:
        return False
    return True


def close(target):
    try:
        target.close()
    except BrokenPipeError:
        pass


def contents(file):
    file.seek(0)
    return file.read()


def words_of(data):
    """The first error that a program told, without its name in front."""
    lines = [line.strip() for line in data.decode('utf-8', 'replace').splitlines() if line.strip()]
    told = [line for line in lines if re.search(r'\b(?:error|ERROR|FATAL)\b', line)] or lines or ['it said nothing']
    return re.sub(r'^(?:psql|pg_dump|pg_restore)(?::<stdin>:\d+)?: (?:error: )?', '', told[0])
