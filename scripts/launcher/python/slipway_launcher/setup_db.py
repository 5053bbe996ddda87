"""`setup-db` and `drop-db`: the application's own database, made on this machine's server or looked at on another one."""
import os
import shutil
import subprocess
import sys

from . import database
from .check import report
from .client import find_tools, words_of
from .database import literal, quoted
from .errors import CONFIGURATION, DONE, FAILED, Refusal
from .instances import assert_made
from .programs import run_apart
from .session import LOCAL

SUPERUSER = 'postgres'  # of the system and of the cluster alike, where Debian's packages make it


class Target:
    """Which database is meant, as the configuration says before anybody connects."""

    def __init__(self, session):
        layout = self.layout = session.layout
        assert_made(layout)
        self.facts = layout.data.get('database')
        session.values, _ = session.configuration.resolve()
        parameters = session.database()
        if not self.facts or parameters is None:
            raise Refusal('%s has no database that its variables describe' % layout.title, CONFIGURATION)
        self.host, self.port = parameters.get('host', ''), parameters.get('port', '')
        self.role = parameters.get('user') or layout.user or layout.name
        self.name = parameters.get('dbname') or self.role
        self.password = parameters.get('password', '')
        self.parameters = parameters

    def by_superuser(self):
        """Whether this is root on a machine whose server is reached over its socket."""
        return self.layout.user is not None and os.geteuid() == 0 and (not self.host or self.host.startswith('/'))

    def ask(self, statement, name='postgres'):
        """The rows of one statement of the superuser, columns parted by |."""
        tools = find_tools(self.layout)
        psql = os.path.join(tools[0], 'psql') if tools else shutil.which('psql')
        if psql is None:
            raise Refusal('psql is not installed', CONFIGURATION)
        address = ([] if not self.host else ['-h', self.host]) + ([] if not self.port else ['-p', self.port])
        try:
            done = subprocess.run([psql, '-XAtqw', '-v', 'ON_ERROR_STOP=1', *address, '-U', SUPERUSER, '-d', name, '-f', '-'],
                                  input=statement.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                                  cwd='/', user=SUPERUSER, group=SUPERUSER, extra_groups=[SUPERUSER],
                                  env={'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'LC_ALL': 'C'})
        except (KeyError, ValueError, LookupError):
            raise Refusal('there is no user %s' % SUPERUSER, CONFIGURATION) from None
        if done.returncode:
            raise Refusal(words_of(done.stderr))
        return done.stdout.decode('utf-8', 'replace').strip()


def setup_db(session, options):
    """Makes what is missing where that is possible, then looks with the application's own eyes."""
    target = Target(session)
    if target.by_superuser() and not report(made(target)):
        return FAILED
    status, _ = run_apart(lambda: look(session, target))
    if status == DONE:
        print(following(target.layout))
    return status


def following(layout):
    """The next command: units migrate by themselves when they start."""
    if layout.channel == 'deb' and layout.services:
        return 'next: `systemctl restart %s`' % layout.command.replace(' --instance ', '@')
    return 'next: `%s migrate`' % layout.command if layout.data.get('migrate') else 'the database is ready'


def look(session, target):
    session.begin(strict=False, keys=False)
    sys.exit(DONE if report(seen(session, target)) else FAILED)


def made(target):
    """Lines about role, database and extensions on the server of this machine, each made when it is missing."""
    try:
        version = int(target.ask('SHOW server_version_num'))
    except Refusal as refusal:
        yield False, ('no PostgreSQL takes connections on this machine (%s): `apt-get install postgresql`, or name a server '
                      'elsewhere by DATABASE_URL in %s' % (refusal, (target.layout.config or ['the environment'])[0]))
        return
    yield version_line(target, version)
    steps = [role_line, database_line] + [extension_line(name) for name in target.facts.get('extensions', [])]
    for step in steps:
        try:
            yield step(target)
        except Refusal as refusal:
            yield False, str(refusal)
            return


def version_line(target, version):
    number = '%d.%d' % divmod(version, 10000)
    if database.within(version, target.facts['versions']):
        return True, 'PostgreSQL %s' % number
    return False, 'PostgreSQL %s, and %s wants %s: use another server' % (number, target.layout.title, target.facts['versions'])


def role_line(target):
    if target.role != target.layout.user and not target.password:
        return False, ('the service runs as %s, so the socket lets it in as the role %s only, and %s is configured: name that '
                       'role, or set a password' % (target.layout.user, target.layout.user, target.role))
    if target.ask('SELECT 1 FROM pg_roles WHERE rolname = %s' % literal(target.role)):
        return True, 'the role %s is there' % target.role
    password = ' PASSWORD %s' % literal(target.password) if target.password else ''
    target.ask('CREATE ROLE %s LOGIN%s' % (quoted(target.role), password))
    return True, 'made the role %s%s' % (target.role, '' if password else ', which the system user of that name becomes without password')


def database_line(target):
    found = target.ask('SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s'
                       % literal(target.name))
    if not found:
        encoding = target.ask("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'template1'")
        # A cluster that was made without a locale is SQL_ASCII.
        more = '' if encoding == 'UTF8' else " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        target.ask('CREATE DATABASE %s OWNER %s%s' % (quoted(target.name), quoted(target.role), more))
        return True, 'made the database %s, owned by %s' % (target.name, target.role)
    owner, _ = found.split('|')
    if owner != target.role:
        return False, 'the database %s belongs to %s: choose another name, or `ALTER DATABASE %s OWNER TO %s;`' % (
            target.name, owner, quoted(target.name), quoted(target.role))
    return True, 'the database %s is there, owned by %s' % (target.name, target.role)


def extension_line(name):
    def line(target):
        if target.ask('SELECT 1 FROM pg_extension WHERE extname = %s' % literal(name), target.name):
            return True, 'the extension %s is there' % name
        target.ask('CREATE EXTENSION %s' % quoted(name), target.name)
        return True, 'made the extension %s' % name
    return line


def seen(session, target):
    """Lines about the database as the application sees it."""
    driver = database.load_driver()
    if driver is None:
        yield False, 'no psycopg among the dependencies: look at the database by hand'
        return
    try:
        connection = database.connect(driver, target.parameters)
    except driver.Error as error:
        yield False, 'the database %s: %s; %s' % (
            database.describe(target.parameters), database.first_line(error), advice(session, target, str(error)))
        return
    yield True, 'the database %s takes connections' % database.describe(target.parameters)
    yield version_line(target, int(database.ask(connection, 'SHOW server_version_num')))
    yield from rights(connection, target)
    for name in target.facts.get('extensions', []):
        yield extension_seen(connection, target, name)


def advice(session, target, words):
    """The command for what a server said."""
    role, name = quoted(target.role), quoted(target.name)
    table = {
        'database "%s" does not exist' % target.name: 'on its server: `CREATE DATABASE %s OWNER %s;`' % (name, role),
        'role "%s" does not exist' % target.role: "on its server: `CREATE ROLE %s LOGIN PASSWORD '…'; CREATE DATABASE %s OWNER %s;`" % (
            role, name, role),
        'password authentication failed': "set its password where it is configured, or on its server: `ALTER ROLE %s PASSWORD '…';`" % role,
        'no password supplied': 'set its password, such as in DATABASE_URL',
        'Peer authentication failed': 'the role must have the name of the system user, or a password and a host name',
    }
    found = [text for said, text in table.items() if said in words]
    if found or session.database_hint():
        return (found or [session.database_hint()])[0]
    if target.host and not target.host.startswith('/') and target.host not in LOCAL:
        return 'look whether it runs and lets this machine in: `pg_isready -h %s -p %s`' % (target.host, target.port or '5432')
    who = ' as root' if target.layout.user and os.geteuid() != 0 else ''
    return 'is it running? `systemctl start postgresql`, then `%s setup-db`%s' % (target.layout.command, who)


def rights(connection, target):
    role, name = quoted(target.role), quoted(target.name)
    if database.ask(connection, 'SHOW server_encoding') != 'UTF8':
        yield False, ("the database is not in UTF-8: `CREATE DATABASE %s OWNER %s TEMPLATE template0 ENCODING 'UTF8';` under "
                      'another name' % (name, role))
    wanted = {
        "SELECT has_schema_privilege(current_schema(), 'CREATE') IS TRUE": 'GRANT CREATE ON SCHEMA public TO %s;' % role,
        "SELECT has_database_privilege(current_database(), 'CREATE')": 'ALTER DATABASE %s OWNER TO %s;' % (name, role),
    }
    lacking = [statement for question, statement in wanted.items() if not database.ask(connection, question)]
    if not lacking:
        yield True, 'the role %s may make tables and schemas in it' % target.role
    for statement in lacking:
        yield False, 'the role %s may not make everything in it: on its server, in that database: `%s`' % (target.role, statement)


def extension_seen(connection, target, name):
    if database.ask(connection, 'SELECT count(*) FROM pg_extension WHERE extname = %s', name):
        return True, 'the extension %s is there' % name
    if not database.ask(connection, 'SELECT count(*) FROM pg_available_extensions WHERE name = %s', name):
        return False, 'the server does not have the extension %s: install its package there' % name
    return False, 'the extension %s is missing: on its server, in that database: `CREATE EXTENSION %s;`' % (name, quoted(name))
