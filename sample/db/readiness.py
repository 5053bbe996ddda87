"""Whether the database can serve this version of the application."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)


def obstacle() -> str | None:
    """Why the application cannot serve yet, in one sentence; None when it can."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        logger.warning("not ready: %s", error)
        return "The database does not answer."
    if pending:
        return f"{len(pending)} migrations are not applied: run `migrate`."
    return None
