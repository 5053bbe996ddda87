"""The state directory as a backup sees it: what belongs to the data, and the exchange of all of it at once."""
import hashlib
import os
import shutil
import stat

from .errors import Refusal, reason

NEW, OLD, MARKER = '.restore-new', '.restore-old', '.restore.json'
INSTALLATION = '.installation.json'
UNFINISHED = '.backup-'  # what a backup that was killed leaves
# Made anew by whoever needs them, or no part of the data.
APART = ('cache', 'backups', 'postgresql', 'lost+found', NEW, OLD, MARKER)
SQLITE = b'SQLite format 3\0'  # "The SQLite Database File Format", 1.3.1
BESIDE_SQLITE = ('-wal', '-shm', '-journal')


def configuration_files(layout):
    """The env files that lie in the state directory: they describe this installation, not the data."""
    return [path for path in layout.config if os.path.dirname(path) == layout.state]


def apart_from(layout):
    """A test for paths that neither a backup nor a restore touches."""
    names = APART + (('instances',) if layout.data.get('instances') else ())
    keys = [layout.key_file(row) for row in layout.generated()]
    extra = [os.path.join(layout.secrets, 'skip-backup')]
    paths = set([os.path.join(layout.state, name) for name in names] + keys + configuration_files(layout) + extra)

    def apart(path):
        folder, name = os.path.split(path)
        if name in (NEW, OLD) or name.startswith(UNFINISHED):
            return True
        return path in paths or (folder == layout.state and name.endswith('.backup'))
    return apart


def units(layout):
    """The state directory, and those directories of it that lie on another disk; files are exchanged inside of each."""
    elsewhere = [path for path in layout.directories if os.path.islink(path) or os.path.ismount(path)]
    return [layout.state] + sorted(path for path in elsewhere if os.path.isdir(path))


def walk(layout, without=None):
    """(path below the state directory, absolute path, lstat) of what is kept, folders before what is in them."""
    followed, apart = set(units(layout)), apart_from(layout)
    folders = [layout.state]
    while folders:
        folder = folders.pop()
        for name in listing(folder):
            path = os.path.join(folder, name)
            try:
                found = os.stat(path) if path in followed else os.lstat(path)
            except FileNotFoundError:
                continue
            if path == without or apart(path) or not kept(name, found.st_mode):
                continue
            yield os.path.relpath(path, layout.state), path, found
            if stat.S_ISDIR(found.st_mode):
                folders.append(path)


def kept(name, mode):
    if name == '__pycache__' or name.endswith('.pyc'):
        return False
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode)


def listing(folder):
    try:
        return sorted(os.listdir(folder), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Refusal('cannot read %s: %s' % (folder, reason(error))) from None


def files_there(layout, listed=None):
    """The data files that are not the same in a backup's list."""
    files = [(name, path, found.st_size) for name, path, found in walk(layout)
             if stat.S_ISREG(found.st_mode) and name != INSTALLATION]
    return [name for name, path, size in files if not same(path, size, (listed or {}).get('state/' + name))]


def same(path, size, member):
    if member is None or member['size'] != size:
        return False
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for data in iter(lambda: file.read(1 << 20), b''):
            digest.update(data)
    return digest.hexdigest() == member['sha256']


def is_sqlite(path):
    with open(path, 'rb') as file:
        return file.read(len(SQLITE)) == SQLITE


def unit_of(path, known):
    """The innermost unit that a path lies in."""
    return max((unit for unit in known if path == unit or path.startswith(unit + os.sep)), key=len)


def unpack(layout, reader):
    """Writes the files of a backup beside the present ones; gives their number."""
    known, count, links = units(layout), 0, []
    for unit in known:
        shutil.rmtree(os.path.join(unit, NEW), ignore_errors=True)
        os.mkdir(os.path.join(unit, NEW), 0o700)
    for member in reader.members():
        if not member.name.startswith('state/'):
            continue
        path = os.path.join(layout.state, member.name[len('state/'):])
        if path in known:
            continue
        unit = unit_of(path, known)
        place = os.path.join(unit, NEW, os.path.relpath(path, unit))
        os.makedirs(os.path.dirname(place), 0o750, exist_ok=True)
        if member.isdir():
            os.makedirs(place, exist_ok=True)
            os.chmod(place, member.mode & 0o777 | 0o700)
        elif member.issym():
            links.append((member.linkname, place))
        else:
            count += 1
            write_file(reader.tar.extractfile(member), place, member)
    for target, place in links:
        os.symlink(target, place)
    return count


def write_file(source, place, member):
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, 'wb') as file:
        shutil.copyfileobj(source, file, 1 << 20)
        os.fchmod(descriptor, member.mode & 0o777)
        os.utime(descriptor, (member.mtime, member.mtime))
        file.flush()
        os.fsync(descriptor)


def exchange(layout):
    """Puts what `unpack` wrote in the place of what is there, by renaming."""
    known, apart = units(layout), apart_from(layout)
    for unit in known:
        new, old = os.path.join(unit, NEW), os.path.join(unit, OLD)
        shutil.rmtree(old, ignore_errors=True)
        os.mkdir(old, 0o700)
        for name in os.listdir(unit):
            path = os.path.join(unit, name)
            if not apart(path) and path not in known:
                os.rename(path, os.path.join(old, name))
        for name in os.listdir(new):
            os.rename(os.path.join(new, name), os.path.join(unit, name))
        os.rmdir(new)
        shutil.rmtree(old)
