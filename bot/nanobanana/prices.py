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


def credits(operation: str) -> float | None:  # noqa: A001 - the account's unit
    """Credits for one task of an operation, by the operation's name; None for one that is not known."""
    return _CREDITS.get(operation)
