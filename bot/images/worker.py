"""A worker process: one picture after another, each within its allowance of memory and time.

Started by `worker_process` as `python -m bot.images.worker <socket> <pid of the pool>`. What it does not
survive is the picture's fault, and nobody else's trouble.
"""

import contextlib
import ctypes
import math
import os
import resource
import signal
import socket
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Any

from bot.core.errors import PhotoRefused, ResultUnusable
from bot.core.money import Day
from bot.core.pictures import ImageFormat
from bot.core.shapes import shape_of
from bot.images.allowance import Allowance
from bot.images.chart import chart
from bot.images.comparing import compare
from bot.images.fitting import fit
from bot.images.messages import Message, receive, send
from bot.images.preparing import prepare
from bot.images.readers import set_up_decoders

_PR_SET_PDEATHSIG = 1
_MAX_FAULT = 10_000


class NotNow(Exception):
    """The pool has no room for so many pixels now."""


class Worker:
    """Answers the pool's messages until the pool closes the connection."""

    def __init__(self, connection: socket.socket, allowance: Allowance) -> None:
        self._connection = connection
        self._allowance = allowance
        self._base_bytes = _address_space()

    def run(self) -> None:
        self._allow(0)
        send(self._connection, Message({"ready": True}))
        while True:
            try:
                message = receive(self._connection)
            except (EOFError, OSError, ValueError, MemoryError):
                return
            send(self._connection, self._answer(message))
            del message
            self._allow(0)

    def _answer(self, message: Message) -> Message:
        try:
            return self._made(message)
        except PhotoRefused as refused:
            return Message({"refused": refused.reason})
        except ResultUnusable as error:
            return Message({"unusable": str(error)})
        except NotNow:
            return Message({"not_now": True})
        except Exception:  # noqa: BLE001 - told to the pool, which raises it
            return Message({"fault": traceback.format_exc()[-_MAX_FAULT:]})

    def _made(self, message: Message) -> Message:
        words = message.words
        if words["do"] == "prepare":
            jpeg, size = prepare(
                message.contents[0],
                self._announce,
                words["shapes"],
                wanted=shape_of(words["wanted"]) if words["wanted"] else None,
                longest=words["longest"],
            )
            return Message({"width": size.width, "height": size.height}, (jpeg,))
        if words["do"] == "compare":
            before, after = message.contents
            sheet = compare(before, after, tuple(words["labels"]), self._announce)
            return Message({}, (sheet,))
        if words["do"] == "chart":
            days = [Day(date.fromisoformat(day), *counts) for day, *counts in words["days"]]
            return Message({}, (chart(days, words["credit"]),))
        fitted = fit(
            message.contents[0],
            message.contents[1] if len(message.contents) > 1 else None,
            self._announce,
            wanted=shape_of(words["wanted"]) if words["wanted"] else None,
            as_format=ImageFormat(words["as_format"]) if words["as_format"] else None,
            keep_alpha=words["keep_alpha"],
            shapes=words["shapes"],
        )
        made: dict[str, Any] = {
            "width": fitted.size.width,
            "height": fitted.size.height,
            "format": fitted.format,
            "cropped": fitted.cropped,
            "enlarged": fitted.enlarged,
        }
        return Message(made, (fitted.content,))

    def _announce(self, pixels: int) -> None:
        send(self._connection, Message({"pixels": pixels}))
        if not receive(self._connection).words["go"]:
            raise NotNow
        self._allow(pixels)

    def _allow(self, pixels: int) -> None:
        """Only the soft limits move; beyond its seconds the process is ended by the system."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = math.ceil(used.ru_utime + used.ru_stime + self._allowance.seconds(pixels))
        _limit(resource.RLIMIT_CPU, seconds)
        _limit(resource.RLIMIT_AS, self._base_bytes + self._allowance.bytes(pixels))


def _limit(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _address_space() -> int:
    """Bytes that this process has mapped; where that cannot be read, as much as it usually is."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 400_000_000
    return pages * resource.getpagesize()


def _end_with(pool: int) -> None:
    """Have the system end this process when the pool's ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != pool:
        sys.exit()


def main() -> None:
    connection, pool, *allowance = (int(word) for word in sys.argv[1:])
    _end_with(pool)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool says when it is over
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    set_up_decoders()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the pool is gone, and nobody listens
        Worker(socket.socket(fileno=connection), Allowance(*allowance)).run()


if __name__ == "__main__":
    main()
