"""Stands for the management commands of the application."""
import sys
import time

import echo_server
import greeting

if __name__ == '__main__':
    if sys.argv[1:2] == ['migrate']:
        with open('/'.join([__import__('os').environ['APP_STATE_DIR'], 'migrations.log']), 'a') as log:
            log.write('begin\n')
            log.flush()
            time.sleep(float(__import__('os').environ.get('MIGRATE_SECONDS', '0')))
            log.write('end\n')
    elif sys.argv[1:2] == ['fail']:
        sys.exit(3)
    else:
        print(greeting.TEXT, file=sys.stderr)
        echo_server.tell()
