"""`drop-db`: removes the application's own database, and never one of its users."""
import os
import sys

from . import database
from .database import literal, quoted
from .errors import CONFIGURATION, DONE, FAILED, USAGE, Refusal
from .programs import run_apart
from .setup_db import Target

TABLE = "SELECT to_regclass('slipway_launcher') IS NOT NULL"
OURS = 'SELECT count(*) FROM slipway_launcher WHERE application = %s'
TABLES = ("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') "
          "AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'")
OWNED = 'SELECT count(*) FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = %s'
OTHERS = 'SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()'


def drop_db(session, options):
    """As the superuser of this machine's server where root may, else as the role that owns the database."""
    target = Target(session)
    confirm(target, options.yes)
    if target.by_superuser():
        drop(target, target.ask)
        drop_role(target)
    else:
        status, _ = run_apart(lambda: drop_as_owner(session, target))
        if status:
            return status
    for line in what_stays(target):
        print(line)
    return DONE


def confirm(target, given):
    if given is None and sys.stdin.isatty():
        print('This removes the database %s with everything in it. Type its name: ' % target.name, end='', flush=True)
        given = sys.stdin.readline().strip()
    if given != target.name:
        raise Refusal('nothing was removed: `%s drop-db --yes %s` removes the database' % (
            target.layout.command, target.name), USAGE)


def drop_as_owner(session, target):
    session.begin(strict=False, keys=False)
    driver = database.load_driver()
    if driver is None:
        raise Refusal('no psycopg among the dependencies: `DROP DATABASE %s;` on its server' % quoted(target.name), CONFIGURATION)

    def ask(statement, name='postgres'):
        connection = database.connect(driver, dict(target.parameters, dbname=name))
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            value = row[0] if row else ''
            return str(value).lower()[:1] if isinstance(value, bool) else str(value)  # as psql prints it
        finally:
            connection.close()
    try:
        drop(target, ask)
    except driver.Error as error:
        raise Refusal('%s; on its server: `DROP DATABASE %s;`' % (
            database.first_line(error), quoted(target.name)), FAILED) from None


def drop(target, ask):
    name = target.name
    if ask('SELECT count(*) FROM pg_database WHERE datname = %s' % literal(name)) == '0':
        print('there is no database %s' % name, flush=True)
        return
    ours = ask(TABLE, name) == 't' and ask(OURS % literal(target.layout.name), name) != '0'
    if not ours and ask(TABLES, name) != '0':
        raise Refusal('the database %s holds tables, and nothing in it says that they are those of %s; nothing was removed. If they '
                      'are: `DROP DATABASE %s;`' % (name, target.layout.title, quoted(name)), FAILED)
    others = database.lingering(lambda: int(ask(OTHERS % literal(name))))
    if others:
        raise Refusal('the database %s is in use by %s connections: stop %s first' % (name, others, target.layout.title), FAILED)
    ask('DROP DATABASE %s' % quoted(name))
    print('removed the database %s' % name, flush=True)


def drop_role(target):
    if target.role != target.layout.user:
        return
    if target.ask(OWNED % literal(target.role)) != '0':
        print('the role %s stays: other databases are its own' % target.role, flush=True)
        return
    try:
        target.ask('DROP ROLE IF EXISTS %s' % quoted(target.role))
        print('removed the role %s' % target.role, flush=True)
    except Refusal as refusal:
        print('the role %s stays: %s' % (target.role, refusal), flush=True)


def what_stays(target):
    """Keys, files, and what the application left in databases that are not its own."""
    layout = target.layout
    keys = [layout.key_file(row) for row in layout.generated() if os.path.exists(layout.key_file(row))]
    yield 'files stay in %s%s' % (layout.state, ''.join(', the key in %s' % path for path in keys))
    schemas = target.facts.get('leaves') or []
    if schemas:
        yield '%s also made schemas in the databases of its users, which stay. In each of them:' % layout.title
        for name in schemas:
            yield '  DROP SCHEMA IF EXISTS %s CASCADE;' % quoted(name)
