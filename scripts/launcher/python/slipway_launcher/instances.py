"""Several instances of one package side by side, each with its own configuration, keys, state, port and database."""
import os
import re
from glob import glob

from .envfile import parse_env_file
from .errors import CONFIGURATION, USAGE, Refusal, reason
from .keys import alone, owner, write_exclusive

NAME = re.compile(r'[a-z0-9](?:[a-z0-9-]{0,29}[a-z0-9])?\Z')


def instance_data(data, name):
    """launcher.json as one instance sees it: its own places, and a database of its own by default."""
    if not data.get('instances'):
        raise Refusal('%s has no instances here: --instance is for the Debian package' % data['title'], USAGE)
    if NAME.match(name) is None:
        raise Refusal('%s cannot be the name of an instance: use up to 31 lower-case letters, digits and hyphens' % name,
                      USAGE)
    places = data['instances']
    return dict(
        data,
        state=places['state'].replace('{instance}', name),
        config=[path.replace('{instance}', name) for path in places['config']],
        secrets=places['secrets'].replace('{instance}', name),
        environment=[own_database(row, name.replace('-', '_')) for row in data['environment']],
    )


def own_database(row, name):
    """A row whose default names the database, with the instance's name behind it; every other row as it is."""
    source, default = row.get('from'), row.get('default')
    if not default or source not in ('database.name', 'database.url'):
        return row
    address, mark, options = default.partition('?')
    return dict(row, default='%s_%s%s%s' % (address, name, mark, options))


def assert_made(layout):
    if layout.instance is not None and not os.path.isdir(layout.secrets):
        raise Refusal('there is no instance %s: `systemctl enable --now %s@%s` makes it' % (
            layout.instance, layout.name, layout.instance), USAGE)


def write_configuration(layout):
    """Writes the commented configuration of a new instance, once; only its port is set."""
    if layout.instance is None or os.path.lexists(layout.config[0]):
        return
    path, folder = layout.config[0], layout.config[1]
    try:
        if not os.path.isdir(folder):
            os.makedirs(folder)
            share(layout, folder, 0o750)
        with alone(os.path.dirname(layout.secrets)):  # two made at once must not take the same port
            with open(layout.data['instances']['example'], encoding='utf-8') as file:
                text = settled(layout, file.read().replace('{instance}', layout.instance))
            write_exclusive(path, text.encode())
        share(layout, path, 0o640)
    except OSError as error:
        raise Refusal('cannot write %s: %s' % (path, reason(error)), CONFIGURATION) from None


def share(layout, path, mode):
    """Root's own, and readable by the group of the service user."""
    ids = owner(layout)
    if ids is not None:
        os.chown(path, 0, ids[1], follow_symlinks=False)
    os.chmod(path, mode)


def settled(layout, text):
    for row in layout.rows:
        if row.get('from') in ('database.name', 'database.url') and row.get('default'):
            text = re.sub(r'(?m)^#%s=.*$' % row['name'], lambda _: '#%s=%s' % (row['name'], row['default']), text)
    ports = [service['port'] for service in layout.services if service.get('port')]
    if not ports:
        return text
    line = 'PORT=%d' % (max(ports + taken_ports(layout)) + max(ports) - min(ports) + 1)
    text, found = re.subn(r'(?m)^#PORT=.*$', line, text, count=1)
    return text if found else '%s\n%s\n' % (text, line)


def taken_ports(layout):
    """What the configuration files of the package's service and of the other instances give as PORT."""
    pattern = layout.data['instances']['config'][0].replace('{instance}', '*')
    found = []
    for path in glob(pattern) + [layout.main_config]:
        try:
            with open(path, 'rb') as file:
                found.append(int(parse_env_file(path, file.read()).get('PORT', ('0',))[0]))
        except (OSError, ValueError, Refusal):
            continue  # a file that cannot be understood takes no port
    return found
