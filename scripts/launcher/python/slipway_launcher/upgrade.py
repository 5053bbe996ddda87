"""`--dump-first`: a backup before a new version changes the database."""
import os
from glob import glob

from .backup import write_backup, written_beside
from .errors import CONFIGURATION, Refusal, tell

KEPT = 3
SWITCH, FILE = 'APP_SKIP_BACKUP', 'skip-backup'


def skipped(session):
    """Why no backup is wanted, or None."""
    path = os.path.join(session.layout.secrets, FILE)
    given = session.configuration.given(SWITCH)
    if given and given[0] not in ('0', 'no', 'false'):
        return '%s is set (%s)' % (SWITCH, given[1])
    return '%s exists' % path if os.path.exists(path) else None


def before_upgrade(session, done):
    """One backup for each version, with the files only where there is no database; the newest few are kept."""
    layout = session.layout
    path = os.path.join(layout.state, 'backups', 'before-%s.backup' % layout.version)
    reason = skipped(session)
    if reason:
        return tell('%s: no backup before the migration, because %s' % (layout.name, reason))
    if done and os.path.exists(path):
        return tell('%s: the backup from before the first attempt is %s' % (layout.name, path))
    try:
        os.makedirs(os.path.dirname(path), 0o750, exist_ok=True)
        with written_beside(path) as file:
            write_backup(session, file, path, files=session.database() is None, version='unknown')
    except Refusal as refusal:
        if refusal.code == CONFIGURATION:
            return tell('%s: WARNING: the migration begins WITHOUT A BACKUP: %s' % (layout.name, refusal))
        raise Refusal('%s\nnothing was migrated, because no backup could be made; to go on without one set %s=1, or make the '
                      'file %s' % (refusal, SWITCH, os.path.join(layout.secrets, FILE)), refusal.code) from None
    tell('%s: what was here before %s is in %s' % (layout.name, layout.version, path))
    kept = sorted(glob(os.path.join(os.path.dirname(path), 'before-[0-9]*.backup')), key=os.path.getmtime)
    for old in kept[:-KEPT]:
        os.unlink(old)
    return None
