"""From a configuration to a process in which the application can run: environment, user, directories, sys.path."""
import os
import pwd
import shutil
import site
import sys

from .configuration import Configuration
from .errors import CONFIGURATION, Refusal, tell
from .instances import assert_made
from .keys import initialise, make_directories
from .postgres import inner_of
from .system import SystemMetadata

LOCAL = ('localhost', '127.0.0.1', '::1')


def drop_root(user):
    """Becomes the service user for good, with its groups and home."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise Refusal('there is no user %s on this machine' % user, CONFIGURATION) from None
    os.setgroups(os.getgrouplist(user, entry.pw_gid))
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.umask(0o027)
    os.environ.update(HOME=entry.pw_dir, USER=user, LOGNAME=user)


def standard_library():
    """sys.path without site directories; under -IS that is what it holds anyway."""
    return [path for path in sys.path if path and os.path.basename(path) not in ('site-packages', 'dist-packages')]


def environment_path():
    """A virtual environment's sys.path without working directory and script directory."""
    site_directories = set(map(os.path.realpath, site.getsitepackages()))
    unwanted = {os.path.realpath(os.getcwd()), os.path.realpath(os.path.dirname(sys.argv[0]))} - site_directories
    return [path for path in sys.path if os.path.isabs(path) and os.path.realpath(path) not in unwanted]


def add_site_directory(path):
    if not os.path.isdir(path):
        minor = '%d.%d' % sys.version_info[:2]
        raise Refusal('%s does not exist: the dependencies for Python %s are not installed' % (path, minor), CONFIGURATION)
    if any(name.endswith('.pth') for name in os.listdir(path)):
        site.addsitedir(path)
    else:
        sys.path.append(path)


def settle_path(layout):
    """The application first, then what is its own; child interpreters get the same by PYTHONPATH."""
    wheel = layout.channel == 'wheel'
    sys.path[:] = [layout.app] + (environment_path() if wheel else standard_library())
    for path in layout.vendor:
        add_site_directory(path)
    if layout.data.get('system'):
        sys.meta_path.append(SystemMetadata(layout.data['system']))
    if not wheel:
        for name in [name for name in os.environ if name.startswith('PYTHON')]:
            del os.environ[name]
        os.environ['PYTHONNOUSERSITE'] = '1'
    inherited = [path for path in os.environ.get('PYTHONPATH', '').split(os.pathsep) if os.path.isabs(path)]
    os.environ['PYTHONPATH'] = os.pathsep.join([layout.app] + layout.vendor + inherited)


def settle_bytecode(layout):
    """No bytecode beside the sources by root or while collecting; in an image it goes where writing is allowed."""
    sys.dont_write_bytecode = layout.channel == 'collect' or (layout.channel == 'deb' and os.geteuid() == 0)
    if sys.dont_write_bytecode:
        os.environ['PYTHONDONTWRITEBYTECODE'] = '1'
    if layout.channel == 'image':
        sys.pycache_prefix = os.environ['PYTHONPYCACHEPREFIX'] = bytecode_folder(layout)


def bytecode_folder(layout):
    """One folder for each build: sources of two builds may have equal times and sizes. Older ones are removed."""
    folder = os.path.join(layout.state, 'cache', 'python')
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            if name != layout.data['build']:
                shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    return os.path.join(folder, layout.data['build'])


def settle_process(layout):
    """A temporary folder when the root is read-only, and lines that appear when they are written."""
    if layout.channel == 'image' and 'TMPDIR' not in os.environ and not os.access('/tmp', os.W_OK):
        os.environ['TMPDIR'] = os.path.join(layout.state, 'cache', 'tmp')
        os.makedirs(os.environ['TMPDIR'], mode=0o700, exist_ok=True)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(line_buffering=True)


class Session:
    """One start of the launcher; reads nothing before it is asked to."""

    def __init__(self, layout, options):
        self.layout = layout
        self.options = options
        self._configuration = None
        self._postgres = None
        self.values = {}

    @property
    def configuration(self):
        if self._configuration is None:
            self._configuration = Configuration(self.layout, self.options.get('config'))
            self._postgres = inner_of(self._configuration)
            if self._postgres:
                self._configuration.add(self._postgres.layer())
        return self._configuration

    @property
    def postgres(self):
        """The PostgreSQL inside the image, where there is one and nothing names another."""
        return self.configuration and self._postgres

    def begin(self, strict=True, keys=True):
        """Everything before the application's first line; gives the sentences of what is missing when not strict."""
        layout = self.layout
        assert_made(layout)
        if layout.channel in ('image', 'wheel') and keys:
            for path in initialise(self.configuration):
                tell('%s: made %s; keep it as long as the data' % (layout.name, path))
        self.values, missing = self.configuration.resolve()
        if missing and strict and layout.channel != 'collect':
            raise Refusal('\n'.join(missing), CONFIGURATION)
        environment = self.configuration.environment(self.values)
        os.environ.clear()
        os.environ.update(environment)
        if layout.user is not None and os.geteuid() == 0:
            drop_root(layout.user)
        if layout.channel in ('deb', 'collect') and strict:
            make_directories(layout)
        settle_path(layout)
        settle_bytecode(layout)
        settle_process(layout)
        return missing

    def enter(self, directory=None):
        """Changes to a directory, or leaves one that the service user may not read."""
        if directory is None and not os.access(os.curdir, os.R_OK | os.X_OK):
            directory = self.layout.state
        if directory is not None:
            os.chdir(directory)

    def fill(self, command, service=None):
        """A command of the table with its placeholders replaced."""
        configuration = self.configuration
        values = dict(host=configuration.host(), port=configuration.port(service))
        return [self.layout.fill(part, **values) for part in command]

    def database(self):
        """Connection parameters of the application's own database, or None."""
        if not self.layout.data.get('database'):
            return None
        return self.configuration.database(self.values)

    def database_hint(self):
        """What is most likely wrong with the database's address in a container, or nothing."""
        parameters = self.database() or {}
        host = parameters.get('host', '')
        if self.postgres or self.layout.channel != 'image' or (host and host not in LOCAL and not host.startswith('/')):
            return ''
        if host in LOCAL:
            return ('%s is this container itself: name the database\'s container, or host.docker.internal '
                    'for a server on the machine that runs Docker' % host)
        return 'no database is configured: set DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME'
