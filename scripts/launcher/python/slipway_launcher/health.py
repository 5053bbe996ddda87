"""One request to the service on this machine, past every proxy."""
import http.client
import sys
from urllib.parse import urljoin, urlsplit

from .errors import CONFIGURATION, DONE, FAILED, Refusal, reason
from .starting import SERVER

REDIRECTS = 5
HOST_HINT = ''': if it refuses the host name %s, add that to the hosts it accepts
(for its maintainers: runtime.services[].host in slipway.yaml names another one)'''


def path_of(service, ready):
    """The path to ask; a service with only one of both uses it for either question."""
    paths = [service.get('ready'), service.get('health')] if ready else [service.get('health'), service.get('ready')]
    for path in paths:
        if path:
            return path
    raise Refusal('service %s has no health path' % service['name'], CONFIGURATION)


def host_of(configuration, service, port):
    """The host name that is asked for: of the service, or the first one in the variable that it names."""
    named = service.get('host', '')
    for row in configuration.layout.rows:
        if row['name'] == named:
            given = configuration.value(row)
            named = first_host(given[0]) if given else ''
    return named or 'localhost:%d' % port


def first_host(text):
    """`.a.example, b.example`, as Django's ALLOWED_HOSTS, or the URL of a site."""
    first = text.replace(',', ' ').split()[:1]
    host = (urlsplit(first[0]).netloc or first[0]).lstrip('.') if first else ''
    return '' if '*' in host else host


def request(local, port, path, host, seconds):
    """Status, headers and body of one request."""
    connection = http.client.HTTPConnection(local, port, timeout=seconds)
    try:
        connection.request('GET', path, headers={'Host': host, 'User-Agent': 'health',
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
    asked = host_of(session.configuration, service, port)
    for _ in range(REDIRECTS):
        try:
            status, headers, body = request(local, port, path, asked, seconds)
        except (OSError, http.client.HTTPException) as error:
            words = reason(error) if isinstance(error, OSError) else 'no HTTP answer'
            return 'http://%s:%d%s: %s' % (local, port, path, words)
        if 200 <= status < 300:
            return ''
        if status == 503 and headers.get('Server') == SERVER:
            return '%s is starting' % session.layout.title
        location = headers.get('Location', '')
        target = urlsplit(urljoin('http://%s%s' % (asked, path), location))
        if not (300 <= status < 400 and location and target.netloc == asked):
            break
        path = target.path + ('?' + target.query if target.query else '')
    hint = HOST_HINT % asked if status == 400 else ''
    return '%s answered %d%s\n%s' % (path, status, hint, location or body)


def health(session, service_name, ready, seconds):
    found = trouble(session, session.layout.service(service_name), ready, seconds)
    if not found:
        return DONE
    print(found.rstrip(), file=sys.stderr)
    return FAILED
