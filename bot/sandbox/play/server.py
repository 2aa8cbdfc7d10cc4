"""The page's web server: the files of the page, the stream of events, what people do, pictures."""

import asyncio
from collections.abc import Awaitable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.sandbox.nanobanana.tasks import SandboxTask
from bot.sandbox.play import shown
from bot.sandbox.play.asked import Asked, NotPossible
from bot.sandbox.play.chat_actions import CHAT_ACTIONS
from bot.sandbox.play.group_actions import GROUP_ACTIONS
from bot.sandbox.play.guard import Guard
from bot.sandbox.play.other_side import OtherSide
from bot.sandbox.play.pages import Pages
from bot.sandbox.play.pictures import picture
from bot.sandbox.play.samples import SAMPLES, sample
from bot.sandbox.play.sending import send
from bot.sandbox.play.service_actions import FAULTS, SERVICE_ACTIONS
from bot.sandbox.play.stage import LANGUAGES, Stage
from bot.sandbox.play.static_files import static
from bot.sandbox.telegram.messages import Event
from bot.sandbox.telegram.values import Json

_ACTIONS = {**CHAT_ACTIONS, **GROUP_ACTIONS, **SERVICE_ACTIONS}
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LONGEST_BODY = 1 << 20
_LARGEST_UPLOAD = 200 << 20


class PlayServer:
    """Serve `app`; `hear` has to hear of everything that happens in the Bot API sandbox."""

    def __init__(self, stage: Stage, pages: Pages, other_side: OtherSide) -> None:
        self._stage = stage
        self._pages = pages
        self._other_side = other_side
        self._facts: Json = {}
        routes = [
            Route("/", self._page),
            Route("/static/{name}", self._page),
            Route("/events", self._events),
            Route("/do/{name}", self._do, methods=["POST"]),
            Route("/send", self._send, methods=["POST"]),
            Route("/file/{file_id}", self._file),
            Route("/sample/{name}", self._sample),
            Route("/task/{task_id}/photo/{number:int}", self._task_photo),
            Route("/task/{task_id}/result", self._task_result),
        ]
        self.app: ASGIApp = Guard(Starlette(routes=routes))

    def hear(self, event: Event) -> None:
        """One event of the sandbox, for every page."""
        chat = self._stage.chat(event.chat_id)
        if chat is None:
            return
        if event.kind == "deleted" and event.message is not None:
            self._pages.say("gone", chat=chat.id, message=event.message.message_id)
        elif event.kind == "action":
            self._pages.say("action", chat=chat.id, text=event.text)
        elif event.kind != "pressed" and event.message is not None:
            self._pages.say("message", message=shown.message(event.message))
        elif event.kind == "membership":
            self._tell_facts()

    def everything(self) -> Json:
        """What a page is told when it opens."""
        world = self._stage.world
        messages = {chat.id: [shown.message(each) for each in chat.messages()] for chat in self._stage.chats}
        return {
            "me": {**shown.user(world.bot), "username": world.bot["username"]},
            "languages": LANGUAGES,
            "samples": SAMPLES,
            "faults": FAULTS,
            "messages": messages,
            **self._people_and_chats(),
            **self._other_side.everything(),
        }

    def _people_and_chats(self) -> Json:
        return {
            "people": [shown.person(each) for each in self._stage.people.values()],
            "chats": [shown.chat(self._stage.world, each) for each in self._stage.chats],
        }

    def _tell_facts(self) -> None:
        facts = self._people_and_chats()
        if facts != self._facts:
            self._facts = facts
            self._pages.say("facts", **facts)

    async def _page(self, request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        try:
            content = static(name)
        except KeyError:
            raise HTTPException(404) from None
        kind = _TYPES[name.rpartition(".")[2]]
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    async def _events(self, _: Request) -> Response:
        stream = self._pages.stream(self.everything)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _do(self, request: Request) -> Response:
        _check_length(request, _LONGEST_BODY)
        action = _ACTIONS.get(request.path_params["name"])
        if action is None:
            raise HTTPException(404)
        try:
            values = await request.json()
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise HTTPException(400)
        return await self._carried_out(action(Asked(self._stage, values)))

    async def _send(self, request: Request) -> Response:
        _check_length(request, _LARGEST_UPLOAD)
        async with request.form() as form:
            return await self._carried_out(send(self._stage, form))

    async def _carried_out(self, work: Awaitable[Json]) -> Response:
        """What the work returns; or 409 with a sentence for who asked."""
        try:
            answer = JSONResponse(await work)
        except (NotPossible, ValueError, LookupError) as error:  # the sandbox raises the latter two
            answer = JSONResponse({"problem": str(error.args[0] if error.args else error)}, 409)
        self._tell_facts()
        return answer

    async def _file(self, request: Request) -> Response:
        try:
            return picture(self._stage.world.files.read(request.path_params["file_id"]))
        except KeyError:
            raise HTTPException(404) from None

    async def _sample(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in SAMPLES:
            raise HTTPException(404)
        return picture(await asyncio.to_thread(sample, name))

    async def _task_photo(self, request: Request) -> Response:
        """A photo that the image service fetched, counted from 0."""
        task, number = self._task_of(request), request.path_params["number"]
        if task is None or number >= len(task.photos):
            raise HTTPException(404)
        return picture(task.photos[number])

    async def _task_result(self, request: Request) -> Response:
        """The picture as it was painted."""
        task = self._task_of(request)
        if task is None or not task.result:
            raise HTTPException(404)
        return picture(task.result)

    def _task_of(self, request: Request) -> SandboxTask | None:
        return self._stage.nanobanana.tasks.get(request.path_params["task_id"])


def _check_length(request: Request, most: int) -> None:
    if int(request.headers.get("content-length", most + 1)) > most:
        raise HTTPException(413)
