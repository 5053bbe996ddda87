"""Which of two versions of the application is newer, in SemVer's and in PEP 440's spelling alike."""
import re


def version_key(text):
    """Sorts 1.0.dev1 < 1.0a1 = 1.0-alpha.1 < 1.0-rc.1 < 1.0 < 1.0.post1 < 1.1."""
    found = re.match(r'v?(\d+(?:\.\d+)*)(.*)\Z', text.partition('+')[0])
    if found is None:
        return ()
    release = [int(part) for part in found.group(1).split('.')]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    words = re.findall(r'[a-z]+|\d+', found.group(2).lower())
    stage = 1 if not words else 2 if words[0] == 'post' else 0
    first = {'dev': '', 'alpha': 'a', 'beta': 'b', 'c': 'rc', 'pre': 'rc'}
    return (release, stage, [(1, int(word), '') if word.isdigit() else (0, 0, first.get(word, word)) for word in words])


def newer(one, other):
    return version_key(one) > version_key(other)
