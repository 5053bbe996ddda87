"""Lists a tar or zip read from a file as JSON, by Python's own readers: argv = tar|zip FILE."""

import datetime
import hashlib
import json
import sys
import tarfile
import zipfile


def tar_rows(path):
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member).read() if member.isfile() else b""
            yield {
                "path": member.name,
                "kind": "file" if member.isfile() else "directory" if member.isdir() else "link",
                "mode": member.mode,
                "uid": member.uid,
                "gid": member.gid,
                "owner": f"{member.uname}:{member.gname}",
                "time": member.mtime,
                "target": member.linkname,
                "size": member.size,
                "sha256": hashlib.sha256(content).hexdigest() if member.isfile() else "",
                "pax": sorted(member.pax_headers),
            }


def zip_rows(path):
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            time = datetime.datetime(*member.date_time, tzinfo=datetime.timezone.utc)
            mode = member.external_attr >> 16
            yield {
                "path": member.filename,
                "kind": "link" if mode & 0o170000 == 0o120000 else "directory" if member.is_dir() else "file",
                "mode": mode & 0o7777,
                "time": int(time.timestamp()),
                "size": member.file_size,
                "sha256": hashlib.sha256(archive.read(member)).hexdigest(),
                "flags": member.flag_bits,
                "extra": len(member.extra),
                "system": member.create_system,
                "method": member.compress_type,
            }


ROWS = {"tar": tar_rows, "zip": zip_rows}
json.dump(list(ROWS[sys.argv[1]](sys.argv[2])), sys.stdout)
