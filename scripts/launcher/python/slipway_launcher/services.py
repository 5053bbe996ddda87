"""Services and migrations: alone in this process, or all of them below a supervisor with the PostgreSQL inside."""
import os
import re
import socket
import time
import sys

from . import database, stamp, starting
from .errors import CONFIGURATION, DONE, FAILED, USAGE, Refusal, tell
from .health import local_address, trouble
from .postgres import available, given_database
from .programs import execute, exit_status, run_apart
from .supervisor import Supervisor, Told

ENDING = 3  # seconds that another program may need to leave a port
ASKING = (0.1, 2)  # seconds between two questions whether a service is ready: at first, and at most


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
        tell('%s %s %s on %s' % (layout.title, layout.version, service['name'], address(configuration, service)))


def address(configuration, service):
    host = configuration.host()
    shown = 'localhost' if host in ('0.0.0.0', '::', '127.0.0.1') else host
    return 'http://%s:%d' % (shown, configuration.port(service))


def run(session, options):
    layout = session.layout
    several = options.all and len(layout.services) > 1
    if options.all and (options.service or (several and options.arguments)):
        raise Refusal('--all runs every service as it is: leave out %s' % (
            options.service or 'the words behind --'), USAGE)
    service = layout.service(options.service)
    choose_address(session, options)
    if options.all:
        refuse_taken_ports(session)
    explain_place(session)
    if several or (options.all and session.postgres):
        return run_all(session, options)
    return with_database(session, 'the service', lambda: run_one(session, service, options), quiet=False)


def refuse_taken_ports(session):
    """Before anything is made: another program's answer would be taken for the application's own."""
    configuration, layout = session.configuration, session.layout
    ports = [configuration.port(service) for service in layout.services if service.get('port')]
    for port in ports:
        if starting.taken(configuration.host(), port, ENDING):
            raise Refusal('port %d is taken: another program listens there; end that one, or start %s on another port '
                          'with --port' % (port, layout.name))


def run_one(session, service, options):
    """In this process, so that signals and exit code are the service's own."""
    session.begin()
    session.enter(session.layout.app)
    first = migration(session, options) if options.migrate else lambda: stamp.at_start(session)
    status, _ = run_apart(first)
    if status:
        return status
    announce(session, service)
    execute(session.layout, session.fill(service['command'], service) + options.arguments)
    return DONE


def migrate(session, options):
    session.begin()
    session.enter(session.layout.app)
    migrate_now(session, options.arguments, options.wait, options.dump_first)
    return DONE


def migration(session, options):
    return lambda: migrate_now(session, [], options.wait, options.dump_first)


def migrate_now(session, arguments, seconds, dump_first):
    """The migration command while this process holds the lock; without psycopg there is none to hold."""
    layout = session.layout
    command = session.layout.data.get('migrate')
    if not command:
        raise Refusal('%s has no migrations' % layout.title, CONFIGURATION)
    command = session.fill(command) + arguments
    parameters, driver = session.database(), database.load_driver()
    if parameters is None or driver is None:
        return recorded(session, stamp.FileRecord(layout), command, dump_first)
    connection = database.wait(driver, parameters, seconds, session.database_hint())
    with database.only_one(connection, layout.name, max(seconds, 600)):
        return recorded(session, stamp.TableRecord(layout, driver, connection), command, dump_first)


def recorded(session, record, command, dump_first):
    """The command between a look at what the data was made with and the note of who changed it."""
    stamp.before_migration(session, record, dump_first)
    try:
        if os.path.isabs(command[0]):  # it would take the place of this process
            sys.exit(run_apart(lambda: execute(session.layout, command))[0])
        execute(session.layout, command)
    except SystemExit as ending:
        status = exit_status(ending)
        if status:
            sys.exit(status)
    stamp.after_migration(session, record)


def explain_place(session):
    """Which database it is, and what becomes of it."""
    layout, name = session.layout, given_database(session.configuration)
    if available(layout) and session.postgres is None:
        tell('%s: %s is set, so the PostgreSQL of this image stays off' % (layout.name, name))
    if session.postgres:
        mount = mount_of(layout.state)
        if mount is None:
            tell('%s: no volume is mounted at %s: everything in it is lost with this container; '
                 'start it with -v %s:%s' % (layout.name, layout.state, layout.name, layout.state))
        elif re.search(r'/volumes/[0-9a-f]{64}/_data$', mount):
            tell('%s: the volume at %s has no name, and whoever removes this container can hardly find it again; '
                 'start it with -v %s:%s' % (layout.name, layout.state, layout.name, layout.state))


def mount_of(path):
    """What is mounted at a path: the folder's place on its own file system (proc(5), mountinfo), or None."""
    real, found = os.path.realpath(path), None
    try:
        with open('/proc/self/mountinfo', encoding='utf-8') as file:
            for line in file:
                fields = line.split(' ')
                if fields[4].replace('\\040', ' ') == real:
                    found = fields[3]
    except OSError:
        return ''
    return found


def with_database(session, name, action, quiet=True, beside=False):
    """Runs an action; where it needs the PostgreSQL inside and that does not run, only for so long."""
    postgres = session.postgres
    if postgres is None or postgres.running():
        return action()
    family, status = Supervisor(), FAILED
    try:
        if not postgres.start(family, quiet, beside):
            family.release()
            return action()
        family.foreground = family.fork(name, action, apart=False)
        status = family.wait(family.foreground)
    except Told as told:
        status = family.pass_on(told.number)
    finally:
        family.end()
    if beside and status == DONE:
        postgres.finish()
    return status


def run_all(session, options):
    """Every service below this process; the first that ends ends all, with its exit code."""
    session.begin()
    session.enter(session.layout.app)
    hint = session.database_hint()
    if hint:
        tell('%s: %s' % (session.layout.name, hint))
    family, serving = Supervisor(), False
    try:
        status = prepare(session, options, family)
        if status:
            return status
        services = {family.fork(service['name'], starter(session, service, options.arguments)): service
                    for service in session.layout.services}
        serving = True
        return watch(session, family, services)
    except Told as told:
        clean = family.end()
        return 128 + told.number if not serving else DONE if clean else 128 + 9
    finally:
        family.end()


def starter(session, service, arguments):
    return lambda: execute(session.layout, session.fill(service['command'], service) + arguments)


def prepare(session, options, family):
    """Database and migrations, with a page in place of the application meanwhile."""
    page = family.fork('the starting page', lambda: stand_in(session))
    if session.postgres:
        session.postgres.start(family)
    if options.migrate:
        tell('%s: bringing the database up to date' % session.layout.name)
    name = 'the migrations' if options.migrate else 'the look at the data'
    status = family.run(name, migration(session, options) if options.migrate else lambda: stamp.at_start(session))
    if status:
        tell('%s: %s ended with %d; nothing was started' % (session.layout.name, name, status))
        return status
    # A port is free only when its last listener is gone, and few servers share one (SO_REUSEPORT): so it closes first,
    # and nobody answers for as long as the service itself takes to listen.
    family.stop([page])
    return DONE


def stand_in(session):
    ported = [service for service in session.layout.services if service.get('port')]
    server = ported and starting.listen(
        session.layout.title, session.configuration.host(), session.configuration.port(ported[0]))
    if server:
        server.serve_forever()


def watch(session, family, services):
    """Until something ends; says once that everything is ready."""
    layout = session.layout
    names = {child: 'service %s' % service['name'] for child, service in services.items()}
    if family.server:
        names[family.server] = 'PostgreSQL'
    question, told = family.fork('the question', lambda: ask_until_ready(session, services.values())), False
    while True:
        for child, name in names.items():
            if child in family.endings:
                tell('%s: %s ended with %d, so everything ends' % (layout.name, name, family.endings[child]))
                return family.endings[child] if child in services else FAILED
        if not told and question in family.endings:
            urls = [address(session.configuration, service) + '/' for service in services.values() if service.get('port')]
            tell('%s is %s' % (layout.title, 'ready: ' + urls[0] if urls else 'running'))
            told = True
        family.pause()


def ask_until_ready(session, services):
    """In a child, so that a slow answer keeps nobody from ending everything."""
    pause = ASKING[0]
    while not all(answers(session, service) for service in services):
        time.sleep(pause)
        pause = min(ASKING[1], pause * 1.5)
    time.sleep(0.3)  # the service's own line about our question comes first


def answers(session, service):
    """Whether a service can serve: by its own path, else as soon as it listens."""
    if not service.get('port'):
        return True
    if service.get('ready') or service.get('health'):
        return trouble(session, service, True, 10) == ''
    try:
        socket.create_connection((local_address(session.configuration), session.configuration.port(service)), 1).close()
    except OSError:
        return False
    return True
