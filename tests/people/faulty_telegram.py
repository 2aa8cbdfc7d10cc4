"""A Telegram where each person's edit meets one fault, in a chat of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from sqlite3 import connect

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.sandbox.faults import CutOff, drip
from bot.sandbox.nanobanana.faults import SCENARIOS
from bot.sandbox.nanobanana.tasks import Script
from bot.sandbox.telegram.api import refusal
from bot.sandbox.telegram.people import Chat, Message, Person
from bot.sandbox.telegram.values import Refused
from tests.harness.chats import CANCEL, EN, GREETINGS, plain, said_in
from tests.harness.pictures import picture
from tests.harness.world import World

READ_SECONDS = 4.0
"""The bot's patience with an answer; a slow one takes longer."""


def bad(text: str) -> Response:
    return refusal(Refused(400, f"Bad Request: {text}"))


ANSWERS = {
    "429": refusal(Refused(429, "Too Many Requests: retry after 1", retry_after=1)),
    "429 bare": refusal(Refused(429, "Too Many Requests")),
    "blocked": refusal(Refused(403, "Forbidden: bot was blocked by the user")),
    "kicked": refusal(Refused(403, "Forbidden: bot was kicked from the supergroup chat")),
    "deactivated": refusal(Refused(403, "Forbidden: user is deactivated")),
    "no chat": bad("chat not found"),
    "400": bad("something new"),
    "401": refusal(Refused(401, "Unauthorized")),
    "404": refusal(Refused(404, "Not Found")),
    "409": refusal(Refused(409, "Conflict: terminated by other getUpdates request")),
    "413": HTMLResponse("<h1>413 Request Entity Too Large</h1>", 413),
    "500": refusal(Refused(500, "Internal Server Error")),
    "502": HTMLResponse("<h1>502 Bad Gateway</h1>", 502),
    "reset": CutOff(b""),
    "lost": CutOff(b'{"ok":tr'),
    "file unavailable": bad("wrong file_id or the file is temporarily unavailable"),
    "file is too big": bad("file is too big"),
    "no reply": bad("message to be replied not found"),
    "no topic": bad("message thread not found"),
    "TOPIC_CLOSED": bad("TOPIC_CLOSED"),
    "TOPIC_DELETED": bad("TOPIC_DELETED"),
    "PHOTO_INVALID_DIMENSIONS": bad("PHOTO_INVALID_DIMENSIONS"),
    "IMAGE_PROCESS_FAILED": bad("IMAGE_PROCESS_FAILED"),
    "not modified": bad("message is not modified: specified new message content is the same"),
    "can't be deleted": bad("message can't be deleted for everyone"),
    "too old": bad("query is too old and response timeout expired or query ID is invalid"),
}


AFTER = frozenset({"lost", "late", "dripped", "not modified"})
"""What is met when the call has had its effect."""


@dataclass
class Row:
    """One person's edit, and the one call of it that meets something."""

    point: str
    fault: str
    world: World
    chat: Chat
    asker: Person
    asked: Message | None = None
    played: bool = False
    unsure: bool = False
    """Its first result may have arrived: only then is the card turned into it."""

    async def play(self) -> Response | None:
        self.played = True
        match self.fault:
            case "slow" | "late":
                await asyncio.sleep(READ_SECONDS * 1.5)
            case "drip" | "dripped":
                return drip()
            case "request deleted" if self.asked is not None:
                self.asker.deletes(self.asked)
            case "card deleted":
                self.asker.deletes(next(m for m in self.chat.bot_messages() if m.labels == [CANCEL]))
            case "moved":
                self.chat = self.world.telegram.people.migrate(self.chat)
            case "may not write":
                self.chat.refuses("text messages", "photos", "documents")
            case "may not send photos":
                self.chat.refuses("photos")
            case "may not send files":
                self.chat.refuses("documents")
        return bad("nothing of that kind") if self.fault == "slow" else ANSWERS.get(self.fault)


class FaultyTelegram:
    """Everybody who asks for something, and what Telegram does to them."""

    def __init__(self, world: World, points: Iterable[str]) -> None:
        self.world, self.sandbox = world, world.telegram.world
        self.rows: dict[str, Row] = {}
        self._by_chat: dict[int, Row] = {}
        self._by_file: dict[str | None, Row] = {}
        for point in points:
            for phase in ("before", "after"):
                world.telegram.faults.at(point, self._player(point, phase == "after"), phase=phase)
        world.nanobanana.faults.at("create", self._scripted)

    def _player(self, point: str, after: bool) -> Callable[[Request], Awaitable[Response | None]]:
        async def play(request: Request) -> Response | None:
            row = await self._row_of(point, request)
            if (
                row is not None
                and row.point == "editMessageMedia"
                and point == "sendPhoto"
                and not row.unsure
            ):
                row.unsure = True
                return ANSWERS["500"]
            if row is None or row.played or row.point.split()[0] != point or after != (row.fault in AFTER):
                return None
            return await row.play()

        return play

    async def _row_of(self, point: str, request: Request) -> Row | None:
        if point == "file":
            [stored, _] = self.sandbox.files._links[request.path_params["path"]]
            return self._by_file.get(stored.file_id)
        form = {name: str(value) for name, value in (await request.form()).items()}
        if point == "getFile":
            return self._by_file.get(form["file_id"])
        if point == "answerCallbackQuery":
            return self._by_chat.get(self.sandbox.queries[form["callback_query_id"]].chat_id)
        if form.get("text") in GREETINGS:  # by chance, it may come before what is asked for or after
            return None
        row = self._by_chat.get(int(form["chat_id"]))
        is_progress = point == "editMessageText" and "not counted" not in form["text"]
        return None if is_progress and row is not None and row.point == point else row

    async def _scripted(self, request: Request) -> None:
        script = Script()
        if "fails" in str((await request.json())["prompt"]):
            SCENARIOS["flag-3-policy"](self.world.nanobanana.faults, script)
        self.world.nanobanana._scripts.append(script)  # taken at once: nothing is awaited in between

    async def asks(self, point: str, fault: str) -> None:
        people = self.world.telegram.people
        person = people.person("Grace")
        grouped = "group" in point or fault.startswith("may") or fault == "moved"
        chat = people.basic_group("Friends", person) if grouped else person.private
        row = Row(point, fault, self.world, chat, person)
        self.rows[f"{point}: {fault}"] = self._by_chat[chat.id] = row
        words = "/edit@nanobanana_bot " + ("fails" if point == "editMessageText" else "make it blue")
        photo = picture(96, 64)
        if point == "answerCallbackQuery":
            person.sends_photo(photo)
            styles = await chat.wait_for(lambda messages: next((m for m in messages if m.by_bot), None), 120)
            person.presses(styles, "s:sketch")
            return
        if point == "sendDocument":
            row.asked = person.sends_file(photo, "holiday.jpg", "image/jpeg", words, chat=chat)
        else:
            row.asked = person.sends_photo(photo, words, chat=chat)
        self._by_file[row.asked.file_id] = row

    def seen(self, row: Row) -> str:
        said = said_in(row.chat)
        kinds = [kind(each) for each in said if each.file_id is not None or len(each.labels) < 4]
        if any(query.answer for query in self.sandbox.queries.values() if query.chat_id == row.chat.id):
            kinds.insert(0, "answered")
        return ", ".join(kinds)

    def edits(self) -> dict[int, tuple[str, int]]:
        """By chat: how its settled edit ended, and the create calls it took."""
        query = "SELECT chat_id, coalesce(failure, state), submits FROM edits WHERE due_at IS NULL"
        with closing(connect(self.world.data / "bot.db")) as database:
            return {chat_id: (end, submits) for chat_id, end, submits in database.execute(query)}


def kind(message: Message) -> str:
    if message.file_id is not None:
        return ("photo" if message.photo_size else "file") + ("" if message.is_silent else "♪")
    if message.text.endswith("Done."):
        return "done"
    if message.labels == [CANCEL]:
        return "card"
    sentences = [plain(reason_sentence(EN, reason)) for reason in Reason]
    return "told" if any(map(message.text.startswith, sentences)) else message.text
