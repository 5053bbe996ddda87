"""A service without a port: it ends as it is told to, and may leave orphans."""
import os
import sys
import time

from papers import note


def leave_orphan():
    """A grandchild whose parent is gone when it ends."""
    if os.fork() == 0:
        if os.fork() == 0:
            time.sleep(0.3)
        os._exit(0)
    os.wait()


def zombies():
    states = []
    for name in os.listdir('/proc'):
        if name.isdigit():
            with open('/proc/%s/stat' % name, encoding='utf-8') as file:
                states.append(file.read().rpartition(')')[2].split()[0])
    return states.count('Z')


if os.environ.get('ORPHANS'):
    leave_orphan()
    time.sleep(1)
    note('%d zombies' % zombies())
note('worker runs')
if os.environ.get('WORKER_ENDS'):
    time.sleep(1)
    sys.exit(int(os.environ['WORKER_ENDS']))
time.sleep(600)
