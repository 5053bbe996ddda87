"""Asks the application's database through psql, which every test machine has."""
import os
import subprocess


def ask(statement):
    """The server's answer, or None."""
    words = ['psql', '-XAtq', '-h', os.environ['DB_HOST'], '-p', os.environ['DB_PORT'], '-U', os.environ['DB_USER'],
             '-d', os.environ['DB_NAME'], '-v', 'ON_ERROR_STOP=1', '-1', '-c', statement]
    found = subprocess.run(words, stdout=subprocess.PIPE, encoding='utf-8')
    return found.stdout.strip() if found.returncode == 0 else None


def note(line):
    with open(os.path.join(os.environ['APP_STATE_DIR'], 'events.log'), 'a', encoding='utf-8') as log:
        log.write(line + '\n')
