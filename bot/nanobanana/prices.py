"""What a task costs, as far as it is known: the provider names no prices in its answers, and changes them."""

_CREDITS = {
    "nano-banana": 4.0,
    "nano-banana-2 1K": 8.0,
    "nano-banana-2 2K": 12.0,
    "nano-banana-2 4K": 18.0,
    "nano-banana-pro 1K": 18.0,
    "nano-banana-pro 2K": 18.0,
    "nano-banana-pro 4K": 24.0,
}


DOLLARS_PER_CREDIT = 0.005


def price(operation: str, override: float = 0.0) -> float:
    """Credits for one task of an operation, by the operation's name; 0 for one that is not known.

    `override` is what whoever runs the bot has found out; 0 where the table is to be believed.
    """
    return override or _CREDITS.get(operation, 0.0)
