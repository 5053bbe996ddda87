"""Finds what the front end's build left: one script and one stylesheet for each language."""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

MANIFEST = Path(__file__).parent / "static" / "core" / "build" / "manifest.json"


class FrontendMissingError(Exception):
    """The front end was not built, or not for this language."""


@cache
def _read_manifest() -> dict[str, dict[str, str]]:
    try:
        return json.loads(MANIFEST.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FrontendMissingError("Build the front end: npm ci && npm run build") from error


def built(kind: str) -> str:
    """Path below the static root of the `script` or `style` for the language of this request."""
    if settings.DEBUG:
        _read_manifest.cache_clear()
    language = get_language() or settings.LANGUAGE_CODE
    try:
        return _read_manifest()[language][kind]
    except KeyError as error:
        raise FrontendMissingError(f"No {kind} was built for the language {language}") from error
