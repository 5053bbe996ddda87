#!/usr/bin/python3 -IS
"""Starts an application from its own files alone; launcher.json beside this file says where they are."""
import os
import sys

if not (sys.flags.isolated and sys.flags.no_site):
    os.execv(sys.executable, [sys.executable, '-IS', os.path.realpath(__file__)] + sys.argv[1:])

sys.dont_write_bytecode = True  # root must leave nothing under /usr/lib
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
from slipway_launcher.main import main  # noqa: E402

sys.path.remove(HERE)
if __name__ == '__main__':
    sys.exit(main(os.path.join(HERE, 'launcher.json')))
