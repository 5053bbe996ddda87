"""A service that answers from the database, and drains when it is told to end."""
import http.server
import os
import signal
import sys
import threading
import time

from papers import ask, note


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        papers = ask('SELECT count(*) FROM papers')
        self.send_response(500 if papers is None else 200)
        self.end_headers()
        self.wfile.write(('papers: %s' % papers).encode())


def drain(*_):
    note('web was told')
    time.sleep(float(os.environ.get('DRAIN_SECONDS', '0')))
    note('web sees %s papers' % ask('SELECT count(*) FROM papers'))
    threading.Thread(target=server.shutdown).start()


time.sleep(float(os.environ.get('LOAD_SECONDS', '0')))
server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answer)
signal.signal(signal.SIGTERM, drain)
server.serve_forever()
