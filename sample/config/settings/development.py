"""On a developer's machine: details of errors, and a key that is made at the first start."""

import os
import secrets

from .common import *  # noqa: F403
from .common import BASE_DIR, STORAGES


def kept_key() -> str:
    path = BASE_DIR / ".secrets" / "secret_key"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


SECRET_KEY = os.environ.get("SECRET_KEY") or kept_key()
DEBUG = True
WHITENOISE_USE_FINDERS = True
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

try:
    from .local import *  # noqa: F403
except ModuleNotFoundError as error:
    if error.name != f"{__package__}.local":
        raise
