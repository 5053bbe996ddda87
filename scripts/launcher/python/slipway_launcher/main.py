"""The table of verbs, and the command line made from it."""
import argparse
import importlib
import os
import shutil
import signal
import sys
from collections import namedtuple

from . import services, verbs
from .check import check
from .errors import DONE, USAGE, Refusal
from .layout import Layout
from .session import Session

# options: None where every word is the command's own. database: what the verb wants of the PostgreSQL inside an image;
# 'use', 'replace' (also beside one of another major), or nothing where it does without or sees to it itself.
Verb = namedtuple('Verb', 'usage summary run options database', defaults=('',))
FURTHER = 'Words behind a -- are given to the command as they are.'


def no_options(parser):
    pass


def address_options(parser):
    parser.add_argument('--host', help='address instead of APP_HOST')
    parser.add_argument('--port', help='port instead of PORT')


def run_options(parser):
    parser.add_argument('service', nargs='?', help='the first one unless named')
    parser.add_argument('--all', action='store_true', help='every service, and the database of an image that has one')
    address_options(parser)
    parser.add_argument('--migrate', action='store_true', help='bring the database up to date first')
    dump_option(parser)
    wait_option(parser)
    parser.epilog = FURTHER


def wait_option(parser):
    parser.add_argument('--wait', type=float, default=60, metavar='SECONDS', help='for the database (60)')


def dump_option(parser):
    parser.add_argument('--dump-first', action='store_true', help='make a backup before a new version changes the database')


def migrate_options(parser):
    wait_option(parser)
    dump_option(parser)
    parser.epilog = FURTHER


def health_options(parser):
    parser.add_argument('service', nargs='?', help='the first one unless named')
    parser.add_argument('--ready', action='store_true', help='ask whether it can serve, not only whether it lives')
    address_options(parser)
    parser.add_argument('--timeout', type=float, default=5, metavar='SECONDS', help='for the answer (5)')


def paths_options(parser):
    parser.add_argument('--json', action='store_true', help='for programs')


def kube_options(parser):
    parser.add_argument('--name', required=True, help='name of the Secret')
    parser.add_argument('--namespace', help='the pod\'s own unless given')
    parser.add_argument('--label', action='append', default=[], metavar='NAME=VALUE', help='may be repeated')
    parser.add_argument('--server', metavar='URL', help='API server, outside a pod')
    parser.add_argument('--token-file', metavar='FILE', help='bearer token')
    parser.add_argument('--ca-file', metavar='FILE', help='certificates of the API server')
    parser.add_argument('--insecure', action='store_true', help='do not check the certificate')


def later(module, name):
    """A verb whose module is read only when it is asked for, so that a start does not pay for it."""
    def verb(session, options):
        return getattr(importlib.import_module('.' + module, __package__), name)(session, options)
    return verb


def backup_options(parser):
    parser.add_argument('file', nargs='?', help='a new name in this folder unless given; - for standard output')
    parser.add_argument('--no-files', action='store_true', help='leave the files of the state directory out')


def drop_options(parser):
    parser.add_argument('--yes', metavar='NAME', help='name of the database, instead of being asked for it')


def restore_options(parser):
    parser.add_argument('file', help='a backup of any channel; - for standard input')
    parser.add_argument('--replace', action='store_true', help='put the data that is there aside, as a backup in the state directory')


VERBS = {
    'init': Verb('', 'make directories and keys that are missing', verbs.init, no_options),
    'run': Verb('[SERVICE]', 'run a service, the first one unless named; --all: every one', services.run, run_options),
    'migrate': Verb('', 'bring the database up to date, one at a time', services.migrate, migrate_options, 'use'),
    'manage': Verb('…', 'the application\'s management commands', verbs.stated('manage'), None, 'use'),
    'createsuperuser': Verb('…', 'make an administrator', verbs.stated('createsuperuser'), None, 'use'),
    'check': Verb('', 'say what is well and what is missing', lambda session, _: check(session), no_options, 'use'),
    'health': Verb('[SERVICE]', 'ask the running service; --ready: whether it can serve', verbs.ask_health, health_options),
    'paths': Verb('', 'where everything is; --json', verbs.paths, paths_options),
    'version': Verb('', 'the application\'s version', verbs.version, no_options),
    'setup-db': Verb('', 'make the database on this machine, or look at one elsewhere', later('setup_db', 'setup_db'), no_options,
                     'use'),
    'drop-db': Verb('', 'remove the application\'s own database', later('drop_db', 'drop_db'), drop_options, 'use'),
    'backup': Verb('[FILE]', 'keep database, files and keys in one file', later('backup', 'backup'), backup_options, 'use'),
    'restore': Verb('FILE', 'put the data of a backup in place', later('restore', 'restore'), restore_options, 'replace'),
    'accept-key': Verb('', 'go on with another key than the data was made with', later('stamp', 'accept_key'), no_options, 'use'),
    'accept-version': Verb('', 'go on with an older version than the data was changed by', later('stamp', 'accept_version'),
                           no_options, 'use'),
    'kube-secret': Verb('--name NAME', 'add missing keys to a Kubernetes Secret', verbs.kube_secret, kube_options),
    'python': Verb('…', 'Python with the application\'s path and environment', verbs.python, None, 'use'),
}


def table(layout):
    """The verbs that this application has, and its own commands; a verb of the launcher wins over one of the same name."""
    lacking = [field for field in ('migrate', 'manage', 'createsuperuser') if not layout.data.get(field)]
    lacking += [] if layout.services else ['run', 'health']
    lacking += [] if layout.data.get('database') else ['setup-db', 'drop-db']
    lacking += [] if layout.generated() else ['kube-secret', 'accept-key']
    lacking += [] if layout.data.get('migrate') else ['accept-version']
    found = {name: verb for name, verb in VERBS.items() if name not in lacking}
    for name, command in sorted(layout.data['commands'].items()):
        found.setdefault(name, Verb('…', ' '.join(command), verbs.own(name), None, 'use'))
    return found


def help_text(layout):
    rows = [('%s %s' % (name, verb.usage)).strip() for name, verb in table(layout).items()]
    width = max(map(len, rows))
    lines = ['  %-*s  %s' % (width, row, verb.summary) for row, verb in zip(rows, table(layout).values())]
    services = ', '.join(service['name'] for service in layout.services) or 'none'
    return '\n'.join([
        '%s %s: %s' % (layout.title, layout.version, layout.data['summary']),
        '',
        'usage: %s%s [--config FILE] [--state DIR] VERB …' % (
            layout.name, ' [--instance NAME]' if layout.data.get('instances') else ''),
        '',
        *lines,
        '',
        'services: %s' % services,
        'configuration, lowest first: %s' % ', '.join(layout.config + ['--config FILE', 'the environment']),
        'exit codes: 0 done, 1 failed, 2 wrong use or not allowed, 75 the database does not answer, 78 configure first',
        layout.data['homepage'],
    ])


def introduction(layout):
    """What `APP` alone says: what it is, what to set, what to type next."""
    files = [path for path in layout.config if path.endswith('.env')]
    place = ' or in '.join(['the environment'] + files[:1])
    wanted = 'DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME' if layout.database_rows() else 'its variables'
    names = [name for name in ('check', 'migrate', 'run') if name in table(layout)]
    commands = ', '.join('`%s %s`' % (layout.command, name) for name in names)
    return '\n'.join([
        '%s %s: %s' % (layout.title, layout.version, layout.data['summary']),
        'Configure: set %s in %s' % (wanted, place),
        'Then: %s; `%s --help` lists every verb' % (commands, layout.name),
    ])


def split_options(words):
    """Options before the verb, and the rest."""
    options, rest = {}, list(words)
    while rest and rest[0].startswith('-'):
        name, sign, value = rest[0].partition('=')
        if name not in ('--config', '--state', '--instance'):
            break
        if not sign and len(rest) < 2:
            raise Refusal('%s wants a %s' % (name, 'name' if name == '--instance' else 'path'), USAGE)
        value = value if sign else rest[1]
        options[name[2:]] = value if name == '--instance' else os.path.abspath(value)
        rest = rest[1 if sign else 2:]
    return options, rest


def verb_options(layout, name, verb, words):
    """The parsed options of a verb, or the words themselves where they belong to the command."""
    if verb.options is None:
        return words
    parser = argparse.ArgumentParser(prog='%s %s' % (layout.command, name), description=verb.summary, allow_abbrev=False)
    verb.options(parser)
    end = words.index('--') if parser.epilog == FURTHER and '--' in words else len(words)
    return parser.parse_args(words[:end], argparse.Namespace(arguments=words[end + 1:]))


def dispatch(data_path, words):
    options, rest = split_options(words)
    layout = Layout(data_path, options.get('state'), options.get('instance'))
    if not rest:
        print(introduction(layout))
        return DONE
    if rest[0] in ('--help', '-h', 'help'):
        print(help_text(layout))
        return DONE
    name = 'version' if rest[0] == '--version' else rest[0]
    verb = table(layout).get(name)
    session = Session(layout, options)
    program = shutil.which(name) if verb is None and layout.channel == 'image' else None
    if program:
        return verbs.foreign(session, program, rest[1:])
    if verb is None:
        raise Refusal('%s has no verb %s; `%s --help` lists them' % (layout.name, name, layout.name), USAGE)
    given = verb_options(layout, name, verb, rest[1:])
    if not verb.database:
        return verb.run(session, given)
    return services.with_database(session, name, lambda: verb.run(session, given), beside=verb.database == 'replace')


def main(data_path, words=None):
    """Runs one command line and gives its exit code; the application's own SystemExit passes through."""
    if os.getpid() == 1:  # the kernel drops signals that process 1 has no action for, pid_namespaces(7)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if sys.stdout is not None:
        sys.stdout.reconfigure(errors='backslashreplace')  # a terminal without the characters of a title
    try:
        return dispatch(data_path, sys.argv[1:] if words is None else words)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.code
    except KeyboardInterrupt:
        return 130
