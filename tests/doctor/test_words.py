"""Errors in words, without the names of a library's classes."""

import os
import socket
import ssl
from pathlib import Path

import httpx
import pytest
from telegram.error import BadRequest, NetworkError

from bot.core.errors import TryLater
from bot.doctor.port import listener
from bot.doctor.words import in_words


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


CERTIFICATE = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] expired (_ssl.c:1)")
CERTIFICATE.verify_message = "it has expired"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectTimeout(""), "no answer in time"),
        (httpx.ConnectError("[Errno -2] x"), "it cannot be connected to"),
        (caused(httpx.ConnectError(""), socket.gaierror(-2, "x")), "there is no host of that name"),
        (caused(httpx.ConnectError(""), ConnectionRefusedError(111, "x")), "nothing answers at this address"),
        (
            caused(httpx.ConnectError(""), CERTIFICATE),
            "its certificate is not valid: it has expired",
        ),
        (httpx.ProxyError("403 Forbidden"), "the proxy did not let the call through: 403 Forbidden"),
        (caused(NetworkError("httpx.ReadTimeout: x"), httpx.ReadTimeout("x")), "no answer in time"),
        (BadRequest("Chat not found"), "Telegram says: Chat not found"),
        (TryLater(10, "S3: ConnectError"), "S3: it cannot be connected to"),
        (TryLater(2, "file download: HTTP 502"), "file download: HTTP 502"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
)
def test_what_happened_is_told_in_words(error: Exception, words: str) -> None:
    assert in_words(error) == words


def test_a_port_that_listens_is_told_with_its_program(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        told = listener(port)
    assert told.endswith(f"(process {os.getpid()})")
    assert listener(port) == ""
    assert listener(1, tmp_path) == ""
