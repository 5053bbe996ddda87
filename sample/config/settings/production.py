"""Behind a server such as gunicorn: cookies as strict as the address allows."""

from .common import *  # noqa: F403
from .common import CSRF_TRUSTED_ORIGINS

# TLS ends at a proxy. Whoever names only https origins has one; plain http on localhost works too.
BEHIND_HTTPS = bool(CSRF_TRUSTED_ORIGINS) and all(
    origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS
)
SESSION_COOKIE_SECURE = BEHIND_HTTPS
CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Redirecting to https and HSTS are the proxy's; so are secure cookies where there is no proxy.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]
if not BEHIND_HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W012", "security.W016"]

try:
    from .local import *  # noqa: F403
except ModuleNotFoundError as error:
    if error.name != f"{__package__}.local":
        raise
