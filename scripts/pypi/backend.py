"""Builds the wheel from this source distribution, the same bytes as the released one: standard library only (PEP 517)."""
import base64
import hashlib
import io
import json
import os
import tarfile
import time
import zipfile
import zlib

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONTENT = os.path.join(HERE, 'wheel')


def _release():
    with open(os.path.join(HERE, 'backend', 'release.json'), encoding='utf-8') as file:
        return json.load(file)


def _paths(folder):
    found = []
    for parent, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, '/') for name in names]
    return sorted(found, key=lambda path: path.encode('utf-8', 'surrogateescape'))


def _members(dist_info):
    paths = [path for path in _paths(CONTENT) if '__pycache__' not in path]
    inside = dist_info + '/'
    return [p for p in paths if not p.startswith(inside)] + [p for p in paths if p.startswith(inside)]


def _read(path):
    with open(os.path.join(CONTENT, path), 'rb') as file:
        return file.read()


def _mode(path, executables):
    return 0o755 if path in executables else 0o644


def _quoted(path):
    return '"%s"' % path.replace('"', '""') if any(sign in path for sign in '",\r\n') else path


def _record(contents, dist_info):
    rows = []
    for path, content in contents:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
        rows.append('%s,sha256=%s,%d' % (_quoted(path), digest, len(content)))
    return ('\n'.join(rows + ['%s/RECORD,,' % _quoted(dist_info)]) + '\n').encode()


def _shrinks(content):
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
    return len(squeeze.compress(content) + squeeze.flush()) < len(content)


def _write(archive, path, content, mode, moment):
    info = zipfile.ZipInfo(path, moment)
    info.create_system = 3
    info.external_attr = (0o100000 | mode) << 16
    method = zipfile.ZIP_DEFLATED if _shrinks(content) else zipfile.ZIP_STORED
    archive.writestr(info, content, compress_type=method, compresslevel=6)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    release = _release()
    moment = time.gmtime(max(release['epoch'], 315532800))[:6]
    executables = set(release['executables'])
    contents = [(path, _read(path)) for path in _members(release['dist_info'])]
    contents.append((release['dist_info'] + '/RECORD', _record(contents, release['dist_info'])))
    with zipfile.ZipFile(os.path.join(wheel_directory, release['wheel']), 'w') as archive:
        for path, content in contents:
            _write(archive, path, content, _mode(path, executables), moment)
    return release['wheel']


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    dist_info = _release()['dist_info']
    for path in _members(dist_info):
        if path.startswith(dist_info + '/'):
            target = os.path.join(metadata_directory, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, 'wb') as file:
                file.write(_read(path))
    return dist_info


def build_sdist(sdist_directory, config_settings=None):
    release = _release()
    top = release['sdist'][:-len('.tar.gz')]
    target = os.path.join(sdist_directory, release['sdist'])
    with tarfile.open(target, 'w:gz', format=tarfile.PAX_FORMAT) as archive:
        for path in [p for p in _paths(HERE) if '__pycache__' not in p]:
            info = tarfile.TarInfo('%s/%s' % (top, path))
            with open(os.path.join(HERE, path), 'rb') as file:
                content = file.read()
            info.size, info.mtime, info.mode = len(content), release['epoch'], 0o644
            archive.addfile(info, io.BytesIO(content))
    return release['sdist']
