"""What is well and what is not, line by line, each failure with the next command."""
import os
import stat

from . import database
from .errors import DONE, FAILED
from .keys import fingerprint
from .programs import execute, run_apart
from .stamp import record_lines


def configuration_lines(session, missing):
    files = ', '.join(session.configuration.files) or 'no file'
    yield True, 'configuration read from %s and the environment' % files
    for sentence in missing:
        yield False, sentence


def key_lines(session):
    for row in session.layout.generated():
        found = session.values.get(row['name'])
        if found is None:
            continue
        value, place = found
        shown = '%s from %s, fingerprint %s' % (row['name'], place, fingerprint(value))
        try:
            mode = stat.S_IMODE(os.stat(place).st_mode) if os.path.isabs(place) else 0
        except OSError:
            mode = 0
        if mode & 0o077 and place == session.layout.key_file(row):
            yield False, '%s, but others may read it: chmod 600 %s' % (shown, place)
        else:
            yield True, shown


def state_lines(session):
    for path in [session.layout.state] + session.layout.directories:
        if os.access(path, os.W_OK | os.X_OK):
            yield True, '%s can be written' % path
        elif not os.path.isdir(path):
            yield False, '%s does not exist: run `%s init`%s' % (
                path, session.layout.command, ' as root' if session.layout.user else '')
            return
        else:
            yield False, '%s cannot be written by uid %d: give it to that user' % (path, os.geteuid())


def unset(layout):
    """Why nothing is known of the database's place."""
    names = [row['name'] for row in layout.database_rows()]
    if not names:
        return 'the table of variables does not describe it'
    return 'none of %s is set' % ', '.join(dict.fromkeys(['DATABASE_URL'] + names))


def database_lines(session):
    parameters, facts = session.database(), session.layout.data.get('database')
    driver = database.load_driver()
    if not facts:
        return
    if parameters is None or driver is None:
        yield True, 'database not looked at: %s' % (
            'no psycopg among the dependencies' if driver is None else unset(session.layout))
        return
    place = database.describe(parameters)
    try:
        connection = database.connect(driver, parameters)
        version = int(database.ask(connection, 'SHOW server_version_num'))
        connection.close()
    except driver.Error as error:
        who = ' as root' if session.layout.user else ''
        hint = session.database_hint() or 'run `%s setup-db`%s, or set DATABASE_URL' % (session.layout.command, who)
        yield False, 'database %s: %s; %s' % (place, database.first_line(error), hint)
        return
    number = '%d.%d' % divmod(version, 10000)
    if database.within(version, facts['versions']):
        yield True, 'database %s, PostgreSQL %s' % (place, number)
    else:
        yield False, 'database %s is PostgreSQL %s, wanted is %s: use another server' % (place, number, facts['versions'])


def command_lines(session):
    """The application's own answers; only asked when everything before is well."""
    layout = session.layout
    if layout.data.get('manage') and layout.data.get('migrate'):
        command = [layout.data['manage'], 'migrate', '--check']
        status, output = run_apart(lambda: execute(layout, command), quiet=True)
        if 'Traceback (most recent call last)' in output:
            said = [line for line in output.splitlines() if line.strip() and not line[0].isspace()]
            yield False, 'the application cannot be loaded: %s' % said[-1]
            return
        said = 'no migration is pending' if status == 0 else 'migrations are pending: run `%s migrate`' % layout.command
        yield status == 0, said
    if layout.data.get('check'):
        command = session.fill(layout.data['check'])
        status, output = run_apart(lambda: execute(layout, command), quiet=True)
        text = '`%s` %s' % (' '.join(command), 'finds nothing wrong' if status == 0 else 'failed')
        yield status == 0, text if status == 0 else '%s\n%s' % (text, output.strip())


def check(session):
    missing = session.begin(strict=False)
    session.enter(session.layout.app)
    well = True
    for lines in (configuration_lines(session, missing), key_lines(session), state_lines(session),
                  database_lines(session), record_lines(session)):
        well = report(lines) and well
    return DONE if well and report(command_lines(session)) else FAILED


def report(lines):
    well = True
    for good, text in lines:
        print('%-4s %s' % ('OK' if good else 'FAIL', text.replace('\n', '\n     ')), flush=True)
        well = well and good
    return well
