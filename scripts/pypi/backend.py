"""Builds the wheel from this source distribution: the released bytes, and what was patched since; standard library only (PEP 517)."""
import base64
import hashlib
import io
import json
import os
import struct
import tarfile
import time
import zlib

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = os.path.join(HERE, 'wheel')
BACKEND = os.path.join(HERE, 'backend')
STORED, DEFLATED = 0, 8  # APPNOTE 4.4.5


def _release():
    with open(os.path.join(BACKEND, 'release.json'), encoding='utf-8') as file:
        release = json.load(file)
    offset = 0
    for member in release['members']:
        member['offset'] = offset
        offset += member['deflated']
    release['members'] = {member['path']: member for member in release['members']}
    return release


def _read(*path):
    with open(os.path.join(*path), 'rb') as file:
        return file.read()


def _paths(folder):
    found = []
    for parent, _, names in os.walk(folder):
        if os.path.basename(parent) != '__pycache__':
            found += [os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, '/') for name in names]
    return sorted(found, key=lambda path: path.encode('utf-8', 'surrogateescape'))


def _contents(dist_info):
    """The members in the order of the wheel: packages, then dist-info, RECORD last."""
    inside = dist_info + '/'
    paths = sorted(_paths(TREE), key=lambda path: path.startswith(inside))
    contents = [(path, _read(TREE, path)) for path in paths]
    return contents + [(dist_info + '/RECORD', _record(contents, dist_info))]


def _quoted(path):
    return '"%s"' % path.replace('"', '""') if any(sign in path for sign in '",\r\n') else path


def _record(contents, dist_info):
    rows = []
    for path, content in contents:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
        rows.append('%s,sha256=%s,%d' % (_quoted(path), digest, len(content)))
    return ('\n'.join(rows + ['%s/RECORD,,' % _quoted(dist_info)]) + '\n').encode()


def _packed(content, member):
    """Method and bytes: as released where the content is the released one, for every zlib compresses in its own way."""
    if member is not None and member['sha256'] == hashlib.sha256(content).hexdigest():
        if not member['deflated']:
            return STORED, content
        with open(os.path.join(BACKEND, 'streams.bin'), 'rb') as file:
            file.seek(member['offset'])
            return DEFLATED, file.read(member['deflated'])
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = squeeze.compress(content) + squeeze.flush()
    return (DEFLATED, stream) if len(stream) < len(content) else (STORED, content)


def _dos_time(epoch):
    year, month, day, hour, minute, second = time.gmtime(max(epoch, 315532800))[:6]  # nothing before 1980
    return hour << 11 | minute << 5 | second >> 1, (year - 1980) << 9 | month << 5 | day


def _write_zip(file, contents, release):
    moment = _dos_time(release['epoch'])
    directory = b''
    for path, content in contents:
        member = release['members'].get(path)
        method, packed = _packed(content, member)
        name = path.encode()
        mode = member['mode'] if member is not None else 0o644
        common = struct.pack(  # APPNOTE 4.3.7, from "version needed" on
            '<5H3I2H', 20, 0 if path.isascii() else 0x800, method, *moment,
            zlib.crc32(content), len(packed), len(content), len(name), 0)
        end = struct.pack('<3H2I', 0, 0, 0, (0o100000 | mode) << 16, file.tell())
        directory += b'PK\1\2' + struct.pack('<2B', 20, 3) + common + end + name  # APPNOTE 4.3.12
        file.write(b'PK\3\4' + common + name + packed)
    start = file.tell()
    count = len(contents)
    file.write(directory + b'PK\5\6' + struct.pack('<4H2IH', 0, 0, count, count, len(directory), start, 0))


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    release = _release()
    with open(os.path.join(wheel_directory, release['wheel']), 'wb') as file:
        _write_zip(file, _contents(release['dist_info']), release)
    return release['wheel']


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    dist_info = _release()['dist_info']
    for path in _paths(os.path.join(TREE, dist_info)):
        target = os.path.join(metadata_directory, dist_info, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, 'wb') as file:
            file.write(_read(TREE, dist_info, path))
    return dist_info


def build_sdist(sdist_directory, config_settings=None):
    """This folder again, without what building left in it."""
    release = _release()
    with tarfile.open(os.path.join(sdist_directory, release['sdist']), 'w:gz', format=tarfile.PAX_FORMAT) as archive:
        for path in _sdist_paths():
            content = _read(HERE, path)
            member = release['members'].get(path[len('wheel/'):]) if path.startswith('wheel/') else None
            info = tarfile.TarInfo('%s/%s' % (release['sdist'][:-len('.tar.gz')], path))
            info.size, info.mtime = len(content), release['epoch']
            info.mode = member['mode'] if member is not None else 0o644
            archive.addfile(info, io.BytesIO(content))
    return release['sdist']


def _sdist_paths():
    with open(os.path.join(HERE, 'PKG-INFO'), encoding='utf-8') as file:
        head = file.read().partition('\n\n')[0]
    licences = [line.partition(': ')[2] for line in head.split('\n') if line.startswith('License-File: ')]
    folders = ['%s/%s' % (folder, path) for folder in ('backend', 'wheel') for path in _paths(os.path.join(HERE, folder))]
    return ['PKG-INFO', 'pyproject.toml'] + licences + folders
