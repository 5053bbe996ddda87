"""Where everything of this installation is: launcher.json with its placeholders filled in."""
import json
import os
import re
import sys

from .errors import CONFIGURATION, Refusal
from .instances import instance_data


def conventional_state(name):
    """The platform's place for a person's data (XDG Base Directory Specification, XDG_DATA_HOME)."""
    home = os.path.expanduser('~')
    if not os.path.isabs(home):
        raise Refusal('there is no home directory to keep data in: name one with --state DIR', CONFIGURATION)
    if sys.platform == 'darwin':
        return os.path.join(home, 'Library', 'Application Support', name)
    data = os.environ.get('XDG_DATA_HOME', '')
    return os.path.join(data if os.path.isabs(data) else os.path.join(home, '.local', 'share'), name)


class Layout:
    """The places of one channel, absolute, and the rest of launcher.json as `data`."""

    def __init__(self, data_path, state=None, instance=None):
        with open(data_path, encoding='utf-8') as file:
            self.data = json.load(file)
        self.main_config = (self.data['config'] or [''])[0]
        self.instance = instance
        if instance is not None:
            self.data = instance_data(self.data, instance)
        self.home = os.path.dirname(os.path.abspath(data_path))
        self.name = self.data['name']
        self.command = self.name if instance is None else '%s --instance %s' % (self.name, instance)
        self.title = self.data['title']
        self.version = self.data['version']
        self.channel = self.data['channel']
        self.user = self.data.get('user')
        self.rows = self.data['environment']
        self.services = self.data['services']
        chosen = state or os.environ.get('APP_STATE_DIR') or self.data['state']
        self.state = os.path.abspath(chosen) if chosen else conventional_state(self.name)
        self.app = self.beside(self.data['app'])
        self.static = self.beside(self.data['static'])
        self.vendor = [self.beside(path) for path in self.data['vendor']]
        self.config = [self.fill(path) for path in self.data['config']]
        self.secrets = self.fill(self.data['secrets'])
        self.directories = [os.path.join(self.state, path) for path in self.data['directories']]

    def beside(self, path):
        """A path as launcher.json means it: relative to that file."""
        minor = '%d.%d' % sys.version_info[:2]
        return os.path.normpath(os.path.join(self.home, path.replace('{python}', minor))) if path else ''

    def fill(self, text, **more):
        """Text with {state}, {static}, {app} and what else is given; every other brace stays."""
        values = dict(state=self.state, static=self.static, app=self.app, **more)
        return re.sub(r'\{(\w+)\}', lambda found: str(values.get(found.group(1), found.group(0))), text)

    def key_file(self, row):
        """Where the generated value of a row lies."""
        return os.path.join(self.secrets, row['name'].lower())

    def database_rows(self):
        """The rows that tell the application where its database is."""
        return [row for row in self.rows if row.get('from', '').startswith('database.')]

    def generated(self):
        """The rows whose value is made on the target and kept for ever."""
        return [row for row in self.rows if row.get('generate') == 'key']

    def service(self, name=None):
        """A service by its name, or the first one."""
        for service in self.services:
            if name in (None, service['name']):
                return service
        known = ', '.join(service['name'] for service in self.services) or 'none'
        raise Refusal('%s has no service %s (it has: %s)' % (self.title, name or 'at all', known), 2)
