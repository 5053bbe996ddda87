"""Runs the application's programs in this very process, so that signals and exit codes are theirs."""
import code
import importlib.metadata
import os
import runpy
import signal
import sys
import tempfile

from .errors import CONFIGURATION, USAGE, Refusal, reason


def find_console_script(name):
    """The entry point of that name of any installed distribution (entry points specification, console_scripts)."""
    for distribution in importlib.metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == 'console_scripts' and entry.name == name:
                return entry
    return None


def run_python(arguments):
    """python [-m MODULE | -c CODE | FILE | -] [ARGUMENT …], with the application's path and environment."""
    flag = arguments[0] if arguments else ''
    if flag in ('-m', '-c') and len(arguments) < 2:
        raise Refusal('python %s needs one more word' % flag, USAGE)
    if flag == '-m':
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name='__main__', alter_sys=True)
    elif flag == '-c' or flag == '-' or (not flag and not sys.stdin.isatty()):
        source = arguments[1] if flag == '-c' else sys.stdin.read()
        sys.argv = [flag] + arguments[2 if flag == '-c' else 1:]
        exec(compile(source, '<string>', 'exec'), {'__name__': '__main__', '__builtins__': __builtins__})
    elif flag:
        run_file(flag, arguments[1:])
    else:
        code.interact(local={'__name__': '__main__'})


def run_file(path, arguments):
    if not os.path.isfile(path):
        raise Refusal('%s does not exist' % path, USAGE)
    sys.argv = [path] + arguments
    runpy.run_path(path, run_name='__main__')


def execute(layout, command):
    """Runs one command of the table; it ends by returning or with SystemExit, as it likes."""
    program, arguments = command[0], list(command[1:])
    if program.startswith('-'):
        return run_python(list(command))
    if program.endswith('.py'):
        return run_file(os.path.join(layout.app, program), arguments)
    if os.path.isabs(program):
        become(command, os.environ)
    entry = find_console_script(program)
    if entry is None:
        raise Refusal('no dependency brings the command %s' % program, CONFIGURATION)
    if program == 'gunicorn' and not any(word.split('=')[0] == '--chdir' for word in arguments):
        arguments = ['--chdir', layout.app] + arguments  # it puts its working directory first on sys.path
    sys.argv = [program] + arguments
    return sys.exit(entry.load()())


def become(words, environment):
    """This process becomes a program, with the signals as that expects them: Python ignores SIGPIPE."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execve(words[0], list(words), environment)
    except OSError as error:
        raise Refusal('cannot execute %s: %s' % (words[0], reason(error)), CONFIGURATION) from None


def run_apart(action, quiet=False):
    """Exit code, and output when quiet, of an action in a child process: what it imports does not stay here."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            if quiet:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            run_and_exit(action)
        before = signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
        status = os.waitpid(child, 0)[1]
        signal.signal(signal.SIGTERM, before)
        output.seek(0)
        text = output.read().decode('utf-8', 'replace')
    return (os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)), text


def run_and_exit(action):
    """The whole life of a child process; never returns into its parent's code."""
    status = 1
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        status = action() or 0
    except SystemExit as ending:
        status = exit_status(ending)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        status = refusal.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def exit_status(ending):
    """The number that a SystemExit means; a text is printed, as the interpreter does."""
    if ending.code is None or isinstance(ending.code, int):
        return (ending.code or 0) & 0xFF
    print(ending.code, file=sys.stderr)
    return 1
