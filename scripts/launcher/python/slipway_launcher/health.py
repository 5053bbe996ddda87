"""One request to the service on this machine, past every proxy."""
import http.client
import sys
from urllib.parse import urljoin, urlsplit

from .errors import CONFIGURATION, DONE, FAILED, Refusal, reason
from .starting import SERVER

REDIRECTS = 5


def path_of(service, ready):
    """The path to ask; a service with only one of both uses it for either question."""
    paths = [service.get('ready'), service.get('health')] if ready else [service.get('health'), service.get('ready')]
    for path in paths:
        if path:
            return path
    raise Refusal('service %s has no health path' % service['name'], CONFIGURATION)


def request(local, port, path, seconds):
    """Status, headers and body of one request."""
    connection = http.client.HTTPConnection(local, port, timeout=seconds)
    try:
        connection.request('GET', path, headers={'Host': 'localhost:%d' % port, 'User-Agent': 'health',
                                                 'X-Forwarded-Proto': 'https', 'Connection': 'close'})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(4000).decode('utf-8', 'replace')
    finally:
        connection.close()


def local_address(configuration):
    """Where a process of this machine reaches the services."""
    host = configuration.host()
    return '127.0.0.1' if host in ('0.0.0.0', '::', 'localhost') else host.strip('[]')


def trouble(session, service, ready, seconds):
    """Why a service is not well, or nothing. A redirect on the service itself is followed, such as that of a fresh
    installation to its first page."""
    path = path_of(service, ready)
    local, port = local_address(session.configuration), session.configuration.port(service)
    for _ in range(REDIRECTS):
        try:
            status, headers, body = request(local, port, path, seconds)
        except (OSError, http.client.HTTPException) as error:
            words = reason(error) if isinstance(error, OSError) else 'no HTTP answer'
            return 'http://%s:%d%s: %s' % (local, port, path, words)
        if 200 <= status < 300:
            return ''
        if status == 503 and headers.get('Server') == SERVER:
            return '%s is starting' % session.layout.title
        location = headers.get('Location', '')
        target = urlsplit(urljoin('http://localhost:%d%s' % (port, path), location))
        if not (300 <= status < 400 and location and target.netloc == 'localhost:%d' % port):
            break
        path = target.path + ('?' + target.query if target.query else '')
    return '%s answered %d\n%s' % (path, status, location or body)


def health(session, service_name, ready, seconds):
    found = trouble(session, session.layout.service(service_name), ready, seconds)
    if not found:
        return DONE
    print(found.rstrip(), file=sys.stderr)
    return FAILED
