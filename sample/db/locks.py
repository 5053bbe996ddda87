"""Locks that hold between all processes of an installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

FIRST_ACCOUNT = 0x5A7C4E1


@contextmanager
def exclusive(lock: int) -> Iterator[None]:
    """One process at a time; the lock ends with the transaction (PostgreSQL, advisory locks)."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        yield
