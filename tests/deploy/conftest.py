"""Backups are made and restored on a real PostgreSQL as well."""

from tests.harness.postgres import postgres

__all__ = ["postgres"]
