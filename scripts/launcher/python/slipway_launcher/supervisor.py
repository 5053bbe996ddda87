"""Child processes of one launcher: started, waited for and told to end, with what the first process of a container owes."""
import os
import shutil
import signal
import sys
import time
from collections import namedtuple
from contextlib import suppress

from .programs import run_and_exit

FORWARDED = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
WATCHED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, *FORWARDED}
DRAIN = 6  # seconds for services, so that PostgreSQL has the rest of the ten that `docker stop` gives
FROM_TERMINAL = 0x80  # SI_KERNEL of sigaction(2): the terminal told the whole foreground group, children too

Child = namedtuple('Child', 'name apart')


class Told(Exception):
    """SIGTERM or SIGINT asked this launcher to end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Supervisor:
    """Signals are held back while this exists and looked at in `pause` alone, so that none is lost between two steps."""

    def __init__(self):
        self.children = {}
        self.endings = {}  # exit codes by process id
        self.server = None  # the child that ends last
        self.foreground = None  # the child that shares the terminal with this process
        self.stopping = False
        self.private = []  # descriptors that only the server inherits
        self.temporary = []  # folders that go when everything has ended
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)

    def fork(self, name, action, apart=True, keep=False):
        """A child that runs the action; apart from the terminal and its signals unless it is a person's own command."""
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            if apart:
                os.setsid()
            for descriptor in self.private:
                os.set_inheritable(descriptor, True) if keep else os.close(descriptor)
            run_and_exit(action)
        self.children[child] = Child(name, apart)
        return child

    def pause(self, seconds=None):
        """Waits for the next news or so long; raises Told when it is to end."""
        told = signal.sigwaitinfo(WATCHED) if seconds is None else signal.sigtimedwait(WATCHED, max(0, seconds))
        if told is None:
            return
        if told.si_signo == signal.SIGCHLD:
            self.reap()
        elif told.si_signo in FORWARDED:
            self.tell(self.others(), told.si_signo)
        elif not self.stopping and not (self.foreground and told.si_code == FROM_TERMINAL):
            raise Told(told.si_signo)

    def reap(self):
        """Takes every ended process, also orphans that fell to the first process of a container."""
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            if child in self.children:
                self.endings[child] = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)

    def others(self):
        """Living children, without the server."""
        return [child for child in self.children if child not in self.endings and child != self.server]

    def wait(self, child, seconds=None):
        """The exit code of a child, None when it still runs after so long."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while child not in self.endings:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return None
            self.pause(left)
        return self.endings[child]

    def run(self, name, action):
        return self.wait(self.fork(name, action))

    @staticmethod
    def tell(children, number):
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, number)

    def stop(self, children, seconds=DRAIN):
        """Ends children and what they left behind; False when one of them had to be killed."""
        self.tell(children, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        for child in children:
            self.wait(child, max(0, deadline - time.monotonic()))
        late = [child for child in children if child not in self.endings]
        for child in children:
            with suppress(ProcessLookupError):
                if self.children[child].apart:
                    os.killpg(child, signal.SIGKILL)
                elif child in late:
                    os.kill(child, signal.SIGKILL)
        for child in late:
            self.wait(child)
        return not late

    def pass_on(self, number):
        """Tells the foreground what this process was told, and gives its exit code."""
        self.stopping = True
        if self.foreground is None:
            return 128 + number
        self.tell([self.foreground], number)
        if self.wait(self.foreground, DRAIN) is None:
            self.stop([self.foreground], 0)
        return self.endings[self.foreground]

    def release(self):
        """Signals have their usual actions again; only where nothing was started."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)

    def end(self):
        """Everything ends: applications first, then their server by a fast shutdown (pg_ctl, "stop mode")."""
        self.stopping = True
        clean = self.stop(self.others())
        if self.server is not None and self.server not in self.endings:
            self.tell([self.server], signal.SIGINT)
            clean = self.wait(self.server) == 0 and clean
        for folder in self.temporary:
            shutil.rmtree(folder, ignore_errors=True)
        return clean
