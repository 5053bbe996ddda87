"""Changes one byte inside a named member of an artifact and packs it again validly, every inner sum adjusted.

usage: tamper.py ARTIFACT MEMBER
"""
import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile


def changed(content):
    return bytes([content[0] ^ 1]) + content[1:]


def retar(source, target, mode, member, change=changed):
    """Copies a tar with one member changed; True when it was there."""
    found = False
    with tarfile.open(fileobj=source, mode='r:*') as old, tarfile.open(fileobj=target, mode=mode) as new:
        for info in old:
            content = old.extractfile(info).read() if info.isfile() else None
            if info.name.removeprefix('./') == member:
                content, found = change(content), True
                info.size = len(content)
            new.addfile(info, io.BytesIO(content) if content is not None else None)
    return found


def tamper_tar(path, member):
    with open(path, 'rb') as file:
        target = io.BytesIO()
        assert retar(io.BytesIO(file.read()), target, 'w:gz', member), member
    with open(path, 'wb') as file:
        file.write(target.getvalue())


def record_line(content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()
    return 'sha256=%s,%d' % (digest, len(content))


def tamper_zip(path, member):
    with zipfile.ZipFile(path) as old:
        members = [(info, old.read(info)) for info in old.infolist()]
    before = next(content for info, content in members if info.filename == member)
    with zipfile.ZipFile(path, 'w') as new:
        for info, content in members:
            if info.filename == member:
                content = changed(content)
            if info.filename.endswith('.dist-info/RECORD'):
                content = content.replace(record_line(before).encode(), record_line(changed(before)).encode())
            new.writestr(info, content, info.compress_type)


def tamper_deb(path, member):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(['dpkg-deb', '-R', path, folder + '/root'], check=True)
        file = os.path.join(folder, 'root', member)
        with open(file, 'rb') as source:
            content = changed(source.read())
        with open(file, 'wb') as target:
            target.write(content)
        sums = os.path.join(folder, 'root/DEBIAN/md5sums')
        with open(sums) as source:
            lines = source.read().splitlines()
        digest = hashlib.md5(content).hexdigest()
        lines = ['%s  %s' % (digest, member) if line.endswith('  ' + member) else line for line in lines]
        with open(sums, 'w') as target:
            target.write('\n'.join(lines) + '\n')
        subprocess.run(['dpkg-deb', '--root-owner-group', '-Zxz', '-b', folder + '/root', path], check=True,
                       stdout=subprocess.DEVNULL)


def sha256(content):
    return 'sha256:' + hashlib.sha256(content).hexdigest()


def tamper_image(path, member):
    with tarfile.open(path) as archive:
        files = {info.name: archive.extractfile(info).read() for info in archive if info.isfile()}
    renamed = {}
    for name, content in list(files.items()):
        if not name.startswith('blobs/') or content[:2] != b'\x1f\x8b':
            continue
        target = io.BytesIO()
        if not retar(io.BytesIO(content), target, 'w', member):
            continue
        layer = gzip.compress(target.getvalue(), mtime=0)
        renamed[sha256(gzip.decompress(content))] = sha256(target.getvalue())
        replace(files, renamed, name, layer)
    assert renamed, member
    for _ in range(3):  # config and manifest, then the index, then index.json
        for name, content in list(files.items()):
            if content[:1] not in (b'{', b'['):
                continue
            text = content.decode()
            for old, new in renamed.items():
                text = text.replace(old, new).replace(old.replace(':', '/'), new.replace(':', '/'))
            if text.encode() != content:
                replace(files, renamed, name, text.encode())
    with tarfile.open(path, 'w') as archive:
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def replace(files, renamed, name, content):
    old = files.pop(name)
    if not name.startswith('blobs/'):
        files[name] = content
        return
    renamed[sha256(old)] = sha256(content)
    files['blobs/' + sha256(content).replace(':', '/')] = content


ENDINGS = {'.deb': tamper_deb, '.whl': tamper_zip, '.zip': tamper_zip, '.oci.tar': tamper_image, '.gz': tamper_tar}

if __name__ == '__main__':
    next(tamper for ending, tamper in ENDINGS.items() if sys.argv[1].endswith(ending))(sys.argv[1], sys.argv[2])
