"""A dependency whose command tells what it was started with."""
import json
import os
import sys


def tell():
    import json as seen
    print(json.dumps({
        'argv': sys.argv,
        'path': sys.path,
        'cwd': os.getcwd(),
        'json': seen.__file__,
        'uid': os.geteuid(),
        'groups': os.getgroups(),
        'pid': os.getpid(),
        'environment': dict(os.environ),
        'bytecode': not sys.dont_write_bytecode,
        'prefix': sys.pycache_prefix,
    }))


def main():
    tell()
    return int(os.environ.get('ECHO_STATUS', '0'))
