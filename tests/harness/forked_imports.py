"""What a process imports before bots are forked from it: what a start imports, at once or on its way."""

import gc
from importlib import import_module

_NAMES = (
    "bot.doctor",
    "bot.run",
    "aiosqlite",
    "alembic.command",
    "anyio._backends._asyncio",
    "asyncpg",
    "httpcore",
    "mako.template",
    "tests.harness.forked_bot",
)

gc.disable()
for _name in _NAMES:
    import_module(_name)
import_module("bot.conversation.feature").all_features()
gc.freeze()
gc.enable()
