"""A photo and a command in, the edited photo back at its exact size."""

VERSION = "0.2.0"
"""Also in pyproject.toml."""
