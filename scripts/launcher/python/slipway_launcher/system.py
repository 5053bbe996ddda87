"""Dependencies that the distribution's packages bring: links in the vendored folder lead to their modules, and this finds
what is known of them, their versions and commands, which lie under names that no build can know."""
import re
from importlib.metadata import DistributionFinder, MetadataPathFinder

PACKAGES = '/usr/lib/python3/dist-packages'


class SystemMetadata(DistributionFinder):
    """Of the distribution's packages only those that are named (importlib.metadata, "Extending the search algorithm")."""

    def __init__(self, names, path=PACKAGES):
        self.names = names
        self.path = path

    def find_spec(self, name, path=None, target=None):
        return None

    def find_distributions(self, context=DistributionFinder.Context()):
        if context.name is not None and normalised(context.name) not in self.names:
            return
        for name in [context.name] if context.name is not None else self.names:
            inner = DistributionFinder.Context(name=name, path=[self.path])
            yield from MetadataPathFinder.find_distributions(inner)


def normalised(name):
    return re.sub(r'[-_.]+', '-', name).lower()
