"""The page that stands where the application will be, while its database is made and brought up to date."""
import errno
import html
import os
import socket
import socketserver
import time

SERVER = 'starting'  # by this header `health` tells the page from the application
PATIENCE = 2  # seconds for a request, and for the other side to close first


def page(title):
    with open(os.path.join(os.path.dirname(__file__), 'starting.html'), encoding='utf-8') as file:
        return file.read().replace('{title}', html.escape(title)).encode()


def answer(title, head):
    """The whole answer to a request (RFC 9110, 15.6.4: 503 with Retry-After)."""
    body = page(title)
    lines = [
        'HTTP/1.1 503 Service Unavailable', 'Server: %s' % SERVER, 'Retry-After: 2', 'Cache-Control: no-store',
        'Content-Type: text/html; charset=utf-8', 'Content-Length: %d' % len(body), 'Connection: close',
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'", '', '']
    return '\r\n'.join(lines).encode('ascii') + (b'' if head.startswith(b'HEAD ') else body)


class Request(socketserver.BaseRequestHandler):
    """One request; the other side closes first, so that no state of this connection keeps the port from the application."""

    def handle(self):
        self.request.settimeout(PATIENCE)
        try:
            head = b''
            while b'\r\n\r\n' not in head and len(head) < 65536:
                more = self.request.recv(4096)
                if not more:
                    return
                head += more
            self.request.sendall(answer(self.server.title, head))
            while self.request.recv(4096):
                pass
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def place(host, port):
    """Family and address of a listener."""
    family, _, _, _, address = socket.getaddrinfo(host.strip('[]'), port, type=socket.SOCK_STREAM)[0]
    return family, address[:2]


def taken(host, port, seconds):
    """Whether another program listens there, for as long as one that is just ending may need; any other trouble with
    the place is for the service itself to tell."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            family, address = place(host, port)
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what only waits for old packets is free
                trial.bind(address)
            return False
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                return error.errno == errno.EADDRINUSE
        time.sleep(0.1)


def listen(title, host, port):
    """A server that listens already, or None where the port cannot be had: then the service itself says why."""
    try:
        Server.address_family, address = place(host, port)
        server = Server(address, Request)
    except OSError:
        return None
    server.title = title
    return server
