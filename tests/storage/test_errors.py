import asyncpg
import pytest

from bot.storage.errors import in_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (asyncpg.InvalidPasswordError, "the server refuses this user or password"),
        (asyncpg.InvalidAuthorizationSpecificationError, "the server refuses this user or password"),
        (asyncpg.InvalidCatalogNameError, "the server has no database of that name"),
        (asyncpg.TooManyConnectionsError, "as the server says"),
    ],
)
def test_what_postgresql_refuses_is_told_in_words(error: type[asyncpg.PostgresError], words: str) -> None:
    assert in_words(error("as the server says\nand at length")) == words
