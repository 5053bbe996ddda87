"""Text that only this installation can read: encrypted with a key made from SECRET_KEY."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class KeyLostError(Exception):
    """The text was sealed with another key than the one this installation has now."""


@cache
def _fernet(secret_key: str) -> Fernet:
    # A key of its own (RFC 5869), so that sealed text and signed cookies never share one.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"satchel sealed text v1")
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))


def seal(text: str) -> str:
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text; raises KeyLostError where the key has changed since."""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise KeyLostError from error
