# ruff: noqa: ARG002 - a fake takes what the real one takes
"""Updates by polling and by webhook: committed before Telegram hears that they arrived."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import NetworkError

from bot.telegram.inbox.doorbell import UPDATES_A_CALL, stub
from bot.telegram.inbox.polling import durable_request
from bot.telegram.inbox.webhook import Webhook
from tests.telegram.inbox.intake_world import FakeInbox
from tests.telegram.inbox.updates import message, press

NOW = datetime(2026, 3, 29, tzinfo=UTC)
UPDATES = [
    {"update_id": 7, "message": message(text="é")},
    {"update_id": 8, "callback_query": press()},
    {"update_id": 9, "message": {"chat": "none"}},
]


NOWHERE = httpx.MockTransport(lambda _: httpx.Response(500))


class BrokenInbox(FakeInbox):
    async def keep(self, raws: Sequence[tuple[int, int, str]], now: datetime, owner: str) -> None:
        raise SQLAlchemyError("away")


def body(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


async def test_polled_updates_are_kept_whole_and_the_library_sees_their_ids_alone() -> None:
    inbox, calls = FakeInbox(), list[str]()
    request = durable_request(inbox, lambda: "me", lambda: NOW, NOWHERE, calls.append)
    shown = await request._on_response("getUpdates", 200, body(UPDATES))
    assert json.loads(shown)["result"] == [{"update_id": 7}, {"update_id": 8}, {"update_id": 9}]
    assert [line for line, _ in inbox.rows.values()] == [4001, 4001, 0]
    assert [json.loads(raw) for _, raw in inbox.rows.values()] == UPDATES
    assert calls == ["200"]
    await request.shutdown()


async def test_after_as_many_updates_as_a_call_can_give_there_may_be_more() -> None:
    request = durable_request(FakeInbox(), lambda: "me", lambda: NOW, NOWHERE)
    for count in (UPDATES_A_CALL - 1, UPDATES_A_CALL):
        shown = await request._on_response("getUpdates", 200, body([{"update_id": n} for n in range(count)]))
        is_all = count < UPDATES_A_CALL
        assert json.loads(shown)["result"] == [stub(number, is_last=is_all) for number in range(count)]
    await request.shutdown()


async def test_updates_that_could_not_be_kept_are_not_acknowledged() -> None:
    request = durable_request(BrokenInbox(), lambda: "me", lambda: NOW, NOWHERE)
    with pytest.raises(SQLAlchemyError):
        await request._on_response("getUpdates", 200, body(UPDATES))
    await request.shutdown()


@pytest.mark.parametrize("status", [401, 404])
async def test_a_refused_token_is_no_end_to_the_librarys_polling(status: int) -> None:
    request = durable_request(FakeInbox(), lambda: "me", lambda: NOW, NOWHERE)
    with pytest.raises(NetworkError):
        await request._on_response("getUpdates", status, b"{}")
    for method, other in (("getUpdates", 502), ("deleteWebhook", 401), ("deleteWebhook", 200)):
        assert await request._on_response(method, other, b"{}") == b"{}"
    await request.shutdown()


def webhook(inbox: FakeInbox, rings: list[None]) -> Webhook:
    return Webhook(inbox, "secret", lambda: "me", lambda: rings.append(None), lambda: NOW)


@pytest.mark.parametrize(
    ("secret", "content", "status", "kept"),
    [
        ("secret", UPDATES[0], HTTPStatus.OK, True),
        ("wrong", UPDATES[0], HTTPStatus.FORBIDDEN, False),
        ("", UPDATES[0], HTTPStatus.FORBIDDEN, False),
        ("sécret", UPDATES[0], HTTPStatus.FORBIDDEN, False),
    ],
)
async def test_a_webhooks_update_is_kept_if_it_shows_the_secret(
    secret: str, content: Any, status: HTTPStatus, kept: bool
) -> None:
    inbox, rings = FakeInbox(), list[None]()
    assert await webhook(inbox, rings).take(secret, json.dumps(content).encode()) is status
    assert (list(inbox.rows), len(rings)) == (([7], 1) if kept else ([], 0))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[1]",
        b'{"no": "id"}',
        b'{"update_id": 7, "message": {"date": Infinity}}',
        b'{"update_id": 7, "message": {"date": 1e999}}',
        b'{"update_id": NaN}',
        b'{"update_id": 9223372036854775808}',
        b'{"update_id": 7, "message": {"message_id": -9223372036854775808}}',
        b'{"update_id": 7, "message": {"chat": {"id": 1' + b"0" * 5000 + b"}}}",
        b'{"update_id": 7, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)
async def test_what_can_be_no_update_of_telegram_is_refused(body: bytes) -> None:
    inbox, rings = FakeInbox(), list[None]()
    assert await webhook(inbox, rings).take("secret", body) is HTTPStatus.BAD_REQUEST
    assert (list(inbox.rows), rings) == ([], [])


async def test_a_webhooks_update_that_could_not_be_kept_comes_again() -> None:
    rings = list[None]()
    taken = await webhook(BrokenInbox(), rings).take("secret", json.dumps(UPDATES[0]).encode())
    assert (taken, rings) == (HTTPStatus.SERVICE_UNAVAILABLE, [])
