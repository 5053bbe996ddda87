"""The application's PostgreSQL through whichever psycopg it brings: waiting, one migration at a time, versions."""
import hashlib
import importlib
import os
import re
import time
from contextlib import contextmanager

from .errors import TRY_AGAIN, Refusal, tell


def quoted(name):
    """A name as an identifier of SQL."""
    return '"%s"' % name.replace('"', '""')


def literal(text):
    """A text as a constant of SQL."""
    return "'%s'" % text.replace("'", "''")


def statements(name):
    """The statements of one of the launcher's own SQL files."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'sql', name), encoding='utf-8') as file:
        return file.read()


def load_driver():
    """psycopg, else psycopg2, else None."""
    for name in ('psycopg', 'psycopg2'):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def describe(parameters):
    """Where the database is, without its password."""
    host = parameters.get('host', 'the default socket')
    place = host if host.startswith('/') or ':' not in host else '[%s]' % host
    port = ':%s' % parameters['port'] if parameters.get('port') and not host.startswith('/') else ''
    return '%s at %s%s as %s' % (
        parameters.get('dbname', 'the default database'), place, port, parameters.get('user', 'the current user'))


def connect(driver, parameters):
    connection = driver.connect(connect_timeout=5, **parameters)
    connection.autocommit = True
    return connection


def first_line(error):
    """The server's words for an error, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def wait(driver, parameters, seconds, hint=''):
    """A connection as soon as the database takes one; after so many seconds a sentence."""
    deadline = time.monotonic() + seconds
    told = None
    while True:
        try:
            return connect(driver, parameters)
        except driver.Error as error:
            trouble = first_line(error)
        if time.monotonic() >= deadline:
            advice = '\n' + hint if hint else ''
            raise Refusal('the database %s cannot be reached: %s%s' % (
                describe(parameters), trouble, advice), TRY_AGAIN) from None
        if trouble != told:
            tell('waiting for the database %s: %s' % (describe(parameters), trouble))
            told = trouble
        time.sleep(min(1, max(0, deadline - time.monotonic())))


def ask(connection, query, *values):
    """The first column of the first row."""
    cursor = connection.cursor()
    cursor.execute(query, values or None)  # without values no % is a placeholder
    answer = cursor.fetchone()[0]
    cursor.close()
    return answer


def lingering(count):
    """How many other connections stay: a server ends one shortly after its program, and is given 5 s for it."""
    deadline = time.monotonic() + 5
    while True:
        others = count()
        if not others or time.monotonic() > deadline:
            return others
        time.sleep(0.2)


def lock_number(name):
    """The advisory lock of one application: 64 bits of a digest, signed as bigint is."""
    return int.from_bytes(hashlib.sha256(('migrate ' + name).encode()).digest()[:8], 'big', signed=True)


@contextmanager
def only_one(connection, name, seconds):
    """Holds the advisory lock of migrations; it ends with the connection, whatever happens to this process."""
    deadline = time.monotonic() + seconds
    told = False
    while not ask(connection, 'SELECT pg_try_advisory_lock(%s::bigint)', lock_number(name)):
        if time.monotonic() >= deadline:
            raise Refusal('another migration has been running for %d seconds' % seconds, TRY_AGAIN)
        if not told:
            tell('waiting for another migration to end')
            told = True
        time.sleep(0.5)
    try:
        yield
    finally:
        connection.close()


def within(version, wanted):
    """Whether a server_version_num lies within specifiers such as `>=13,<18`."""
    major, minor = divmod(version, 10000)
    tests = {'>=': lambda a, b: a >= b, '<=': lambda a, b: a <= b, '>': lambda a, b: a > b,
             '<': lambda a, b: a < b, '==': lambda a, b: a == b, '!=': lambda a, b: a != b}
    for sign, text in re.findall(r'(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)?)', wanted):
        limit = tuple(int(part) for part in text.split('.'))
        if not tests[sign]((major, minor)[:len(limit)], limit):
            return False
    return True
