"""Added to releases only: the application's tree is read-only there, its state lies elsewhere."""

import os
from pathlib import Path

RELEASED = True  # shows that these settings are in force

_tree = Path(__file__).resolve().parents[2]
_state = Path(os.environ.get("APP_STATE_DIR") or _tree)

STATIC_ROOT = os.environ.get("APP_STATIC_DIR") or _tree / "static"
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or _state / "media"
LOCALE_PATHS = [_tree / "translations"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
