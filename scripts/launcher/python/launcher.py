#!/usr/bin/python3 -IS
"""Starts an application from its own files alone; launcher.json beside this file says where they are."""
import _signal  # not signal: an image compiles that for longer than a person needs to change their mind
import os
import sys

if os.getpid() == 1:  # the kernel drops signals that process 1 has no action for, pid_namespaces(7)
    _signal.signal(_signal.SIGTERM, lambda *_: sys.exit(143))

if not (sys.flags.isolated and sys.flags.no_site):
    os.execv(sys.executable, [sys.executable, '-IS', os.path.realpath(__file__)] + sys.argv[1:])

HERE = os.path.dirname(os.path.realpath(__file__))
DATA = os.path.join(HERE, 'launcher.json')


def bytecode_of_image():
    """Where an image, which has no bytecode at all, keeps that of this launcher and its libraries; None elsewhere. Read
    without the json module, whose own compilation would cost a third of what this saves."""
    with open(DATA, encoding='utf-8') as file:
        text = file.read()

    def field(name):
        return text.partition('\n  "%s": "' % name)[2].partition('"')[0]
    state = os.environ.get('APP_STATE_DIR') or field('state')
    return os.path.join(state, 'cache', 'python', field('build')) if (
        field('channel') == 'image' and os.path.isdir(state)) else None


sys.pycache_prefix = bytecode_of_image()
sys.dont_write_bytecode = sys.pycache_prefix is None  # root must leave nothing under /usr/lib
sys.path.insert(0, HERE)
from slipway_launcher.main import main  # noqa: E402

sys.path.remove(HERE)
if __name__ == '__main__':
    sys.exit(main(DATA))
