"""Errors in words for whoever runs the bot: no names of a library's classes."""

import re
import socket
import ssl
from collections.abc import Iterator

import httpx
from telegram.error import TelegramError

from bot.storage.errors import in_words as database_words

_KINDS = {
    "Timeout": "no answer in time",
    "ConnectError": "it cannot be connected to",
    "ProxyError": "the proxy did not let the call through",
    "ReadError": "the connection was cut",
    "WriteError": "the connection was cut",
    "RemoteProtocolError": "what answers there does not speak HTTP",
    "UnsupportedProtocol": "the address is not one of the web",
    "InvalidURL": "the address cannot be read",
}
_CLASS_NAME = re.compile(r"\b(?:httpx\.)?(\w*(?:" + "|".join(_KINDS) + r"))\b")
_WAIT = re.compile(r"^try again in [\d.]+ s: ")


def in_words(error: BaseException) -> str:
    """What happened, as plainly as it is known."""
    chain = list(_chain(error))
    for each in chain:
        match each:
            case ssl.SSLCertVerificationError():
                return f"its certificate is not valid: {each.verify_message}"
            case socket.gaierror():
                return "there is no host of that name"
            case ConnectionRefusedError():
                return "nothing answers at this address"
    for each in chain:
        if isinstance(each, httpx.ProxyError):
            return f"the proxy did not let the call through: {each}"
        if isinstance(each, httpx.HTTPError | httpx.InvalidURL):
            return plainly(type(each).__name__)
    if isinstance(error, TelegramError):
        return f"Telegram says: {error.message}"
    return database_words(error) if isinstance(error, OSError) else plainly(str(error))


def plainly(text: str) -> str:
    """A text of our own for the log, with the names of errors in words."""
    return _CLASS_NAME.sub(lambda found: _kind(found[1]), _WAIT.sub("", text))


def _kind(name: str) -> str:
    return next(words for ending, words in _KINDS.items() if name.endswith(ending))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
