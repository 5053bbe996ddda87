"""The file of a backup: a tar whose first member, backup.json, says what every other one must be."""
import hashlib
import json
import os
import tarfile

BLOCK = 512  # ustar, POSIX.1-2017 pax "ustar Interchange Format"
CHUNK = 1 << 20
SCHEMA = 1
CONTENTS = 'backup.json'


def header(name, **fields):
    """One member's header; GNU form, so that neither a long name nor 8 GiB is a limit."""
    member = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(member, field, value)
    return member.tobuf(tarfile.GNU_FORMAT, 'utf-8', 'surrogateescape')


def room_for(names):
    """Bytes that backup.json can need at most when it lists these members."""
    longest = {'size': 10 ** 18, 'sha256': '0' * 64}
    listed = sum(len(json.dumps(dict(longest, path=name))) + 8 for name in names)
    return -(-(listed + 16 * BLOCK) // BLOCK) * BLOCK


class Writer:
    """Writes members one after the other into a file that can be sought; their sizes need not be known before."""

    def __init__(self, file, room):
        self.file = file
        self.room = room
        self.members = []
        file.seek(len(header(CONTENTS, size=room)) + room)

    def add(self, name, source, mode=0o600, mtime=0):
        """One member from a file object, as long as that gives bytes."""
        start = self.file.tell()
        self.file.write(header(name, mode=mode, mtime=mtime))
        digest, size = hashlib.sha256(), 0
        for data in iter(lambda: source.read(CHUNK), b''):
            self.file.write(data)
            digest.update(data)
            size += len(data)
        self.file.write(bytes(-size % BLOCK))
        end = self.file.tell()
        self.file.seek(start)
        self.file.write(header(name, mode=mode, mtime=mtime, size=size))
        self.file.seek(end)
        self.members.append({'path': name, 'size': size, 'sha256': digest.hexdigest()})

    def add_directory(self, name, mode, mtime):
        self.file.write(header(name, type=tarfile.DIRTYPE, mode=mode, mtime=mtime))

    def add_link(self, name, target, mtime):
        self.file.write(header(name, type=tarfile.SYMTYPE, linkname=target, mode=0o777, mtime=mtime))

    def finish(self, facts):
        """Ends the archive, then fills the room that was left for backup.json."""
        self.file.write(bytes(2 * BLOCK))
        text = json.dumps(dict({'schema': SCHEMA}, **facts, members=self.members), indent=1).encode()
        self.file.seek(0)
        self.file.write(header(CONTENTS, size=self.room, mode=0o600))
        self.file.write(text.ljust(self.room - 1) + b'\n')
        self.file.flush()


def shown(name):
    """A member's name for any terminal."""
    return name.encode('ascii', 'backslashreplace').decode()


class Damage(Exception):
    """What is wrong with a file that should be a backup; in words that continue its name."""


class Reader:
    """A backup file; `check` must have passed before anything in it is used."""

    def __init__(self, file):
        self.file = file
        try:
            self.tar = tarfile.open(fileobj=file, mode='r:', encoding='utf-8', errors='surrogateescape')
            first = self.tar.next()
        except tarfile.TarError:
            first = None
        if first is None or first.name != CONTENTS or not first.isreg():
            raise Damage('is not a backup: it does not begin with %s' % CONTENTS)
        data = self.bytes_of(first)
        self.digest = hashlib.sha256(data).hexdigest()
        try:
            self.facts = json.loads(data.decode('utf-8'))
            schema = self.facts['schema']
            self.listed = {member['path']: member for member in self.facts['members']}
        except (ValueError, LookupError, TypeError):
            raise Damage('is damaged: its %s cannot be read' % CONTENTS) from None
        if schema != SCHEMA:
            raise Damage('has another format (schema %s): restore it with the version that made it or a newer one' % schema)

    def bytes_of(self, member):
        try:
            return self.tar.extractfile(member).read()
        except (tarfile.TarError, OSError, EOFError):
            raise Damage('is not whole: it ends too early') from None

    def members(self):
        """Every member behind backup.json, in their order."""
        self.tar.getmembers()
        return self.tar.members[1:]

    def check(self):
        """Every byte against backup.json, and every name."""
        seen, links = set(), set()
        for member in self.scan():
            name = member.name
            safe = not os.path.isabs(name) and '..' not in name.split('/') and '\0' not in name
            if not safe or not (member.isreg() or member.isdir() or member.issym()) or name in seen:
                raise Damage('is damaged or made by somebody else: it holds %s' % shown(name))
            seen.add(name)
            if member.issym():
                links.add(name)
            if member.isreg():
                self.compare(member)
        lacking = [name for name in self.listed if name not in seen]
        if lacking:
            raise Damage('is not whole: %s is missing' % shown(lacking[0]))
        for name in seen:
            if any(parent in links for parent in parents(name)):
                raise Damage('is damaged or made by somebody else: %s lies behind a link' % shown(name))

    def scan(self):
        while True:
            try:
                member = self.tar.next()
            except (tarfile.TarError, OSError):
                raise Damage('is not whole: it ends too early') from None
            if member is None:
                return
            yield member

    def compare(self, member):
        wanted = self.listed.get(member.name)
        if wanted is None:
            raise Damage('is damaged or made by somebody else: %s is not listed in it' % shown(member.name))
        digest, source = hashlib.sha256(), self.tar.extractfile(member)
        try:
            for data in iter(lambda: source.read(CHUNK), b''):
                digest.update(data)
        except (tarfile.TarError, OSError, EOFError):
            raise Damage('is not whole: it ends too early') from None
        if (member.size, digest.hexdigest()) != (wanted.get('size'), wanted.get('sha256')):
            raise Damage('is damaged: %s has changed since it was made' % shown(member.name))

    def open(self, name):
        return self.tar.extractfile(self.tar.getmember(name))


def parents(name):
    """The folders above a name."""
    parts = name.split('/')
    return ['/'.join(parts[:count]) for count in range(1, len(parts))]
