"""Pillow: read a person's photo, prepare it for the provider, fit the result to the photo's exact size.

Bytes in, values out. Every function here is synchronous, keeps no state and may run in any thread; none
belongs on the event loop. Nothing here knows Telegram, HTTP or the database.
"""

from bot.images.fitting import MAX_RESULT_BYTES, MAX_STRETCH, fit
from bot.images.preparing import MAX_PREPARED_BYTES, MAX_PREPARED_SIDE, prepare
from bot.images.reading import MAX_PIXELS, MAX_RATIO, MIN_SIDE, inspect

__all__ = [
    "MAX_PIXELS",
    "MAX_PREPARED_BYTES",
    "MAX_PREPARED_SIDE",
    "MAX_RATIO",
    "MAX_RESULT_BYTES",
    "MAX_STRETCH",
    "MIN_SIDE",
    "fit",
    "inspect",
    "prepare",
]
