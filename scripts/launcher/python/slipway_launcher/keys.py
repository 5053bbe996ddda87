"""State directories, files in them and generated keys: made when they are missing, never changed afterwards."""
import fcntl
import hashlib
import os
import pwd
import secrets
from contextlib import contextmanager

from .errors import CONFIGURATION, Refusal, reason


def owner(layout):
    """uid and gid of the service user while this is root, else None."""
    if layout.user is None or os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(layout.user)
    except KeyError:
        raise Refusal('there is no user %s on this machine' % layout.user, CONFIGURATION) from None
    return entry.pw_uid, entry.pw_gid


@contextmanager
def alone(folder):
    """Waits until no other command of the launcher holds this directory; the kernel lets go of it when one dies."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def make_directory(path, ids):
    """A directory and those above it, 0750; an existing one stays as it is."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if parent != path:
        make_directory(parent, None)
    try:
        os.mkdir(path, 0o750)
        if ids is not None:
            os.chown(path, *ids, follow_symlinks=False)
    except FileExistsError:
        if not os.path.isdir(path):
            raise Refusal('%s is not a directory' % path, CONFIGURATION) from None


def make_directories(layout):
    ids = owner(layout)
    for path in [layout.state] + layout.directories:
        try:
            make_directory(path, ids)
        except OSError as error:
            advice = {
                'deb': 'run `%s init` as root' % layout.command,
                'image': 'mount a volume at %s that this user may write, or set APP_STATE_DIR' % layout.state,
            }.get(layout.channel, 'choose another place with --state DIR or APP_STATE_DIR')
            raise Refusal('cannot create %s: %s; %s' % (path, reason(error), advice), CONFIGURATION) from None
    for name, source in sorted(layout.data.get('files', {}).items()):
        make_file(os.path.join(layout.state, name), os.path.join(layout.app, source), ids)


def make_file(path, source, ids):
    """A copy of one of the application's files, 0640, where there is none; from then on it is the administrator's."""
    if os.path.lexists(path):
        return
    temporary = os.path.join(os.path.dirname(path), '.%s.%s' % (os.path.basename(path), secrets.token_hex(8)))
    try:
        with open(source, 'rb') as file:
            write_exclusive(temporary, file.read(), 0o640, ids)
        os.rename(temporary, path)
    except OSError as error:
        raise Refusal('cannot write %s: %s' % (path, reason(error)), CONFIGURATION) from None


def write_exclusive(path, data, mode=0o600, ids=None):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, 'O_NOFOLLOW', 0), 0o600)
    try:
        os.fchmod(descriptor, mode)
        if ids is not None:
            os.fchown(descriptor, *ids)
        os.write(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_directory(folder):
    """Makes the names in a directory last, fsync(2)."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def make_key(path):
    """Makes the key whole or not at all; True only for the one process whose key it is."""
    if os.path.lexists(path):
        return False
    folder = os.path.dirname(path)
    data = (secrets.token_urlsafe(48) + '\n').encode()
    temporary = os.path.join(folder, '.%s.%s' % (os.path.basename(path), secrets.token_hex(8)))
    try:
        make_directory(folder, None)
        write_exclusive(temporary, data)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            write_exclusive(path, data)
        finally:
            os.unlink(temporary)
        flush_directory(folder)
    except FileExistsError:
        return False
    except OSError as error:
        raise Refusal('cannot write %s: %s' % (path, reason(error)), CONFIGURATION) from None
    return True


def initialise(configuration):
    """Makes what is missing and gives the paths of the keys it made."""
    layout = configuration.layout
    make_directories(layout)
    made = []
    for row in layout.generated():
        name = row['name']
        given = configuration.given(name) or configuration.given(name + '_FILE')
        # The unit of a .deb loads the file as a credential, so it must exist whatever else is set.
        if layout.channel == 'deb' or not given:
            path = layout.key_file(row)
            if make_key(path):
                made.append(path)
    return made


def fingerprint(value):
    """Tells two keys apart without showing either."""
    return hashlib.sha256(value.encode()).hexdigest()[:8]
