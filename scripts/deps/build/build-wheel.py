"""Builds a wheel from an unpacked source archive by its own back end (PEP 517), and writes it the same each time.

Usage: build-wheel.py ORDER, a JSON file:
  source, environment, out   folders: the sources, the installed build requirements, where the wheel goes
  backend, backend-path      as in [build-system]
  what                       "requires": prints what the back end needs besides, as JSON; "wheel": prints the wheel's name
Standard library only; runs as `python3 -IS`, inside a clean root or beside it.
"""

import base64
import contextlib
import hashlib
import importlib
import json
import os
import shutil
import site
import subprocess
import sys
import tempfile
import zipfile

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def open_backend(order):
    """The back end's hooks, with the build requirements importable for it and for what it starts."""
    environment = order["environment"]
    site.addsitedir(environment)
    os.environ["PYTHONPATH"] = environment
    os.environ["PATH"] = os.path.join(environment, "bin") + os.pathsep + os.environ["PATH"]
    os.chdir(order["source"])
    sys.path[:0] = [os.path.join(order["source"], path) for path in order["backend-path"]]
    module, _, attributes = order["backend"].partition(":")
    backend = importlib.import_module(module)
    for name in attributes.split(".") if attributes else []:
        backend = getattr(backend, name)
    return backend


def required(backend):
    hook = getattr(backend, "get_requires_for_build_wheel", None)
    return hook() if hook else []


def build(backend, out):
    """One wheel into `out`; gives its name."""
    with tempfile.TemporaryDirectory() as folder:
        name = backend.build_wheel(folder)
        members = read_members(os.path.join(folder, name))
    write_wheel(os.path.join(out, name), members)
    return name


def read_members(path):
    """Bytes and mode of every file but RECORD, which is written again."""
    members = {}
    with zipfile.ZipFile(path) as wheel:
        for info in wheel.infolist():
            directory, _, name = info.filename.rpartition("/")
            if info.is_dir() or (directory.endswith(".dist-info") and name.startswith("RECORD")):
                continue
            mode = 0o755 if (info.external_attr >> 16) & 0o100 else 0o644
            members[info.filename] = (stripped(wheel.read(info)), mode)
    return members


def stripped(content):
    """A library without symbols for debuggers: they hold paths, and nobody reads them (Debian Policy 10.1)."""
    if content[:4] != b"\x7fELF" or not shutil.which("strip"):
        return content
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        subprocess.run(["strip", "--strip-unneeded", "--enable-deterministic-archives", file.name], check=True)
        with open(file.name, "rb") as result:
            return result.read()


def write_wheel(path, members):
    """Sorted, not compressed (no zlib shows in it), one date; `.dist-info` last and its RECORD at the end (PEP 427)."""
    info = next(name.partition("/")[0] for name in members if name.endswith(".dist-info/WHEEL"))
    names = sorted(members, key=lambda name: (name.startswith(info + "/"), name))
    rows = ["%s,sha256=%s,%d" % (quoted(name), digest(members[name][0]), len(members[name][0])) for name in names]
    record = "\n".join([*rows, info + "/RECORD,,", ""]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as wheel:
        for name, (content, mode) in [*((name, members[name]) for name in names), (info + "/RECORD", (record, 0o644))]:
            entry = zipfile.ZipInfo(name, FIRST_DAY)
            entry.create_system = 3  # Unix: the mode counts
            entry.external_attr = (0o100000 | mode) << 16
            wheel.writestr(entry, content)


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def quoted(name):
    return '"%s"' % name.replace('"', '""') if set(name) & set(',"\n') else name


def main():
    with open(sys.argv[1]) as file:
        order = json.load(file)
    with contextlib.redirect_stdout(sys.stderr):  # back ends talk
        backend = open_backend(order)
        answer = required(backend) if order["what"] == "requires" else build(backend, order["out"])
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
