"""What each verb of the command line does. Services and one-shots run in the application's folder, because its settings
may hold relative paths; what a person types (manage, python, own commands) keeps that person's working directory."""
import json
import os
import sys

from . import database, kube
from .errors import CONFIGURATION, DONE, Refusal
from .health import health
from .instances import write_configuration
from .keys import initialise
from .programs import execute, run_apart, run_python
from .session import tell


def init(session, options):
    if session.layout.channel == 'collect':
        raise Refusal('keys are never made while building', CONFIGURATION)
    write_configuration(session.layout)
    for path in initialise(session.configuration):
        print('made %s; keep it as long as the data' % path)
    print('%s is ready in %s' % (session.layout.title, session.layout.state))
    return DONE


def choose_address(session, options):
    configuration = session.configuration
    if options.host:
        configuration.merged['APP_HOST'] = (options.host, '--host')
    if options.port:
        for name in ['PORT'] + [row['name'] for row in session.layout.rows if row.get('from') == 'port']:
            configuration.merged[name] = (options.port, '--port')
        configuration.chosen_port = True


def announce(session, service):
    """The address to open, and what a container is most often told wrongly."""
    configuration, layout = session.configuration, session.layout
    hint = session.database_hint()
    if hint:
        tell('%s: %s' % (layout.name, hint))
    if service.get('port'):
        host = configuration.host()
        shown = 'localhost' if host in ('0.0.0.0', '::', '127.0.0.1') else host
        tell('%s %s %s on http://%s:%d' % (
            layout.title, layout.version, service['name'], shown, configuration.port(service)))


def run(session, options):
    layout = session.layout
    service = layout.service(options.service)
    choose_address(session, options)
    session.begin()
    session.enter(layout.app)
    if options.migrate:
        status, _ = run_apart(lambda: migrate_now(session, [], options.wait))
        if status:
            return status
    announce(session, service)
    execute(layout, session.fill(service['command'], service) + options.arguments)
    return DONE


def migrate(session, options):
    session.begin()
    session.enter(session.layout.app)
    migrate_now(session, options.arguments, options.wait)
    return DONE


def migrate_now(session, arguments, seconds):
    """The migration command while this process holds the lock; without psycopg there is none to hold."""
    layout = session.layout
    command = session.layout.data.get('migrate')
    if not command:
        raise Refusal('%s has no migrations' % layout.title, CONFIGURATION)
    command = session.fill(command) + arguments
    parameters, driver = session.database(), database.load_driver()
    if parameters is None or driver is None:
        return execute(layout, command)
    connection = database.wait(driver, parameters, seconds, session.database_hint())
    with database.only_one(connection, layout.name, max(seconds, 600)):
        return execute(layout, command)


def stated(field):
    """A verb that runs a command of launcher.json with the person's arguments behind it."""
    def verb(session, arguments):
        command = session.layout.data.get(field)
        if not command:
            raise Refusal('%s has no command for this' % session.layout.title, CONFIGURATION)
        return person(session, [command] if isinstance(command, str) else command, arguments)
    return verb


def own(name):
    def verb(session, arguments):
        return person(session, session.layout.data['commands'][name], arguments)
    return verb


def person(session, command, arguments):
    session.begin()
    session.enter()
    execute(session.layout, session.fill(command) + arguments)
    return DONE


def python(session, arguments):
    session.begin()
    session.enter()
    run_python(arguments)
    return DONE


def ask_health(session, options):
    if options.port or options.host:
        choose_address(session, options)
    return health(session, options.service, options.ready, options.timeout)


def version(session, options):
    print(session.layout.version)
    return DONE


def places(layout):
    return {
        'app': layout.app,
        'static': layout.static,
        'vendor': layout.vendor,
        'state': layout.state,
        'directories': layout.directories,
        'configuration': layout.config,
        'keys': {row['name']: layout.key_file(row) for row in layout.generated()},
        'python': sys.executable,
    }


def paths(session, options):
    found = places(session.layout)
    if options.json:
        print(json.dumps(found, indent=2))
        return DONE
    for name, value in found.items():
        for path in [value] if isinstance(value, str) else value.values() if isinstance(value, dict) else value:
            absent = '' if os.path.lexists(path) else '  (not there)'
            print('%-14s %s%s' % (name, path or '-', absent if path else ''))
    return DONE


def kube_secret(session, options):
    return kube.kube_secret(session.layout, options)
