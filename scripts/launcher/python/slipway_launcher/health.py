"""One request to the service on this machine, past every proxy."""
import http.client
import sys

from .errors import CONFIGURATION, DONE, FAILED, Refusal, reason


def path_of(service, ready):
    """The path to ask; a service with only one of both uses it for either question."""
    paths = [service.get('ready'), service.get('health')] if ready else [service.get('health'), service.get('ready')]
    for path in paths:
        if path:
            return path
    raise Refusal('service %s has no health path' % service['name'], CONFIGURATION)


def ask_service(host, port, path, seconds):
    """Status and body, or a sentence of what went wrong."""
    local = '127.0.0.1' if host in ('0.0.0.0', '::', '', 'localhost') else host.strip('[]')
    connection = http.client.HTTPConnection(local, port, timeout=seconds)
    try:
        connection.request('GET', path, headers={'Host': 'localhost:%d' % port, 'User-Agent': 'health',
                                                 'X-Forwarded-Proto': 'https', 'Connection': 'close'})
        answer = connection.getresponse()
        return answer.status, answer.read(4000).decode('utf-8', 'replace')
    except (OSError, http.client.HTTPException) as error:
        words = reason(error) if isinstance(error, OSError) else 'no HTTP answer'
        return None, 'http://%s:%d%s: %s' % (local, port, path, words)
    finally:
        connection.close()


def health(session, service_name, ready, seconds):
    service = session.layout.service(service_name)
    configuration = session.configuration
    path = path_of(service, ready)
    status, body = ask_service(configuration.host(), configuration.port(service), path, seconds)
    if status is not None and 200 <= status < 300:
        return DONE
    head = '' if status is None else '%s answered %d\n' % (path, status)
    print((head + body).rstrip(), file=sys.stderr)
    return FAILED
