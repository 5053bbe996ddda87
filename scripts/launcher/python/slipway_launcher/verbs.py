"""What each verb of the command line does. What a person types (manage, python, own commands) keeps that person's
working directory; services and one-shots (services.py) run in the application's folder, because its settings may hold
relative paths."""
import json
import os
import sys

from . import kube
from .errors import CONFIGURATION, DONE, Refusal
from .health import health
from .instances import write_configuration
from .keys import initialise
from .programs import become, execute, run_python
from .services import choose_address


def init(session, options):
    if session.layout.channel == 'collect':
        raise Refusal('keys are never made while building', CONFIGURATION)
    write_configuration(session.layout)
    for path in initialise(session.configuration):
        print('made %s; keep it as long as the data' % path)
    print('%s is ready in %s' % (session.layout.title, session.layout.state))
    return DONE


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


def foreign(session, program, words):
    """Another program of an image, with the application's environment and no more: no key, no database is made."""
    session.begin(strict=False, keys=False)
    if session.postgres:
        os.environ.update(session.postgres.libpq())
    become([program] + words, os.environ)


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
