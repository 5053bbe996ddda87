"""The Secret of an installation in Kubernetes: generated keys that it lacks are added, everything else stays."""
import base64
import http.client
import json
import os
import secrets
import ssl
import time
from urllib.parse import quote, urlsplit

from .errors import CONFIGURATION, DONE, FAILED, USAGE, Refusal, reason

ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
ATTEMPTS = 10


def account_file(name, path=None):
    place = path or os.path.join(ACCOUNT, name)
    try:
        with open(place, encoding='utf-8') as file:
            return file.read().strip()
    except OSError as error:
        raise Refusal('cannot read %s: %s' % (place, reason(error)), USAGE) from None


def server_url(options):
    if options.server:
        return options.server
    host = os.environ.get('KUBERNETES_SERVICE_HOST')
    if not host:
        raise Refusal('this is not a pod (KUBERNETES_SERVICE_HOST is not set): name the API server with --server URL',
                      CONFIGURATION)
    place = '[%s]' % host if ':' in host else host
    return 'https://%s:%s' % (place, os.environ.get('KUBERNETES_SERVICE_PORT', '443'))


class Server:
    """The part of the API server that a Secret needs (Kubernetes API, Secret v1 core); proxies are never asked."""

    def __init__(self, options):
        self.url = urlsplit(server_url(options))
        self.context = None
        if self.url.scheme == 'https':
            self.context = trust(options)
        pod = options.server is None
        self.token = account_file('token', options.token_file) if pod or options.token_file else None
        self.namespace = options.namespace or (account_file('namespace') if pod else 'default')

    def call(self, method, path, body=None, kind='application/json'):
        """Status and JSON of one request; transient failures are tried again."""
        for attempt in range(ATTEMPTS):
            try:
                status, answer = self.send(method, path, body, kind)
            except ssl.SSLCertVerificationError as error:
                raise Refusal('the API server\'s certificate is not trusted: %s' % error.verify_message) from None
            except (OSError, http.client.HTTPException) as error:
                trouble = reason(error) if isinstance(error, OSError) else 'no HTTP answer'
            else:
                if status != 429 and status < 500:
                    return status, answer
                trouble = 'it answered %d' % status
            time.sleep(min(0.2 * 2 ** attempt, 3))
        raise Refusal('the API server %s cannot be used: %s' % (self.url.netloc, trouble))

    def send(self, method, path, body, kind):
        if self.context is None:
            connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=10)
        else:
            connection = http.client.HTTPSConnection(
                self.url.hostname, self.url.port, timeout=10, context=self.context)
        headers = {'Accept': 'application/json', 'Content-Type': kind}
        if self.token:
            headers['Authorization'] = 'Bearer ' + self.token
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request(method, self.url.path.rstrip('/') + path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, {}


def trust(options):
    if options.insecure:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    file = options.ca_file or (os.path.join(ACCOUNT, 'ca.crt') if options.server is None else None)
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        raise Refusal('cannot read the certificates in %s: %s' % (file, reason(error)), USAGE) from None


def new_values(names):
    return {name: base64.b64encode(secrets.token_urlsafe(48).encode()).decode() for name in names}


def refuse(status, answer, server):
    message = answer.get('message', '') if isinstance(answer, dict) else ''
    advice = ('; the service account needs get, create and patch on secrets in %s' % server.namespace
              if status in (401, 403) else '')
    raise Refusal('the API server refused (%d): %s%s' % (status, message, advice), FAILED)


def labels_of(texts):
    pairs = [text.partition('=') for text in texts]
    wrong = [text for text, (name, sign, _) in zip(texts, pairs) if not (name and sign)]
    if wrong:
        raise Refusal('--label wants NAME=VALUE, not %s' % wrong[0], USAGE)
    return {name: value for name, _, value in pairs}


def create(server, folder, options, names):
    """True when made, False when somebody else was faster."""
    metadata = {'name': options.name, 'labels': labels_of(options.label)}
    secret = {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': metadata, 'type': 'Opaque', 'data': new_values(names)}
    status, answer = server.call('POST', folder, secret)
    if status not in (200, 201, 202, 409):
        refuse(status, answer, server)
    return status != 409


def complete(server, path, secret, lacking):
    """True when the missing keys were added, False when the Secret changed or went meanwhile."""
    change = {'metadata': {'resourceVersion': secret['metadata']['resourceVersion']}, 'data': new_values(lacking)}
    status, answer = server.call('PATCH', path, change, 'application/merge-patch+json')
    if status not in (200, 404, 409):
        refuse(status, answer, server)
    return status == 200


def kube_secret(layout, options):
    """Each try begins with reading, so that a lost race or a lost answer ends in what is there."""
    names = [row['name'] for row in layout.generated()]
    if not names:
        raise Refusal('%s has no generated keys' % layout.title, CONFIGURATION)
    labels_of(options.label)
    server = Server(options)
    folder = '/api/v1/namespaces/%s/secrets' % quote(server.namespace, safe='')
    path = '%s/%s' % (folder, quote(options.name, safe=''))
    shown = 'secret %s/%s' % (server.namespace, options.name)
    for _ in range(ATTEMPTS):
        status, secret = server.call('GET', path)
        if status == 404:
            if create(server, folder, options, names):
                print('%s created with %s' % (shown, ', '.join(names)))
                return DONE
        elif status != 200:
            refuse(status, secret, server)
        else:
            lacking = [name for name in names if not (secret.get('data') or {}).get(name)]
            if not lacking:
                print('%s kept' % shown)
                return DONE
            if complete(server, path, secret, lacking):
                print('%s kept, %s added' % (shown, ', '.join(lacking)))
                return DONE
        time.sleep(0.1)
    raise Refusal('%s changes all the time' % shown)
