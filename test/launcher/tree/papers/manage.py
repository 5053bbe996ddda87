"""Management commands on a real database; a migration is all or nothing."""
import os
import sys
import time

from papers import ask, note

MIGRATION = '''CREATE TABLE IF NOT EXISTS papers (n int);
SELECT pg_sleep(%s);
INSERT INTO papers SELECT 1 WHERE NOT EXISTS (SELECT FROM papers)'''

if __name__ == '__main__':
    if sys.argv[1:] == ['migrate', '--check']:
        sys.exit(ask('SELECT n FROM papers') is None)
    elif sys.argv[1] == 'migrate':
        sys.exit(ask(MIGRATION % os.environ.get('MIGRATE_SECONDS', '0')) is None)
    elif sys.argv[1] == 'ask':
        answer = ask(sys.argv[2])
        print(answer)
        sys.exit(answer is None)
    elif sys.argv[1] == 'sleep':
        print('asleep', flush=True)
        try:
            time.sleep(60)
        finally:
            note('woken')
