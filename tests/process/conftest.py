"""Some processes are killed on a real PostgreSQL as well."""

from tests.harness.postgres import postgres

__all__ = ["postgres"]
