"""A task of the sandbox's NanoBanana API: its state, what faults change in it, and its record."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

from bot.sandbox.nanobanana import wire
from bot.sandbox.nanobanana.wire import Endpoint, JsonObject

RUNNING, SUCCEEDED, NOT_CREATED, FAILED = range(4)


@dataclass(frozen=True)
class Failure:
    """How a task ends without a picture."""

    text: str
    code: int = 500
    flag: Literal[2, 3] = 3
    callback_code: int | None = None


@dataclass(frozen=True)
class Look:
    """One poll of a task: its number from 1, the age of the task in seconds, the answer so far."""

    task: "SandboxTask"
    number: int
    age: float
    body: JsonObject

    @property
    def data(self) -> JsonObject:
        """The record inside the answer; changes in it are changes of the answer."""
        data = self.body["data"]
        assert isinstance(data, dict)  # noqa: S101 - a scenario that took it away has answered itself
        return data

    @property
    def url(self) -> str:
        """Where the finished picture is; empty while there is none."""
        return self.task.result_url or ""


@dataclass(frozen=True)
class Download:
    """One download of a task's result, counted from 1."""

    number: int
    content: bytes
    media_type: str


@dataclass(slots=True)
class Script:
    """What goes wrong with one task. Twists run in order; each sees what the earlier ones changed."""

    created: list[Callable[[JsonObject], None]] = field(default_factory=list)
    """Change the answer to the create call."""
    polls: list[Callable[[Look], Response | None]] = field(default_factory=list)
    """Change a poll's answer, or answer in its place."""
    downloads: list[Callable[[Download], Response | None]] = field(default_factory=list)
    """Answer a download in the result's place."""
    failure: Failure | None = None
    stuck: bool = False
    callbacks: int = 1
    """How many times the finished task is announced."""
    size: tuple[int, int] | None = None
    """Paint at this size instead of the model's own."""
    file_name: str | None = None
    """End the result's name in this instead of its format."""


@dataclass
class CreateCall:
    """One create call, accepted or not."""

    endpoint: Endpoint
    body: JsonObject | None
    arrived_at: float
    task_id: str | None = None


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class CallbackAttempt:
    """One announcement: when, what was sent, and the receiver's status, None if there was no answer."""

    at: float
    body: JsonObject
    status: int | None


@dataclass
class SandboxTask:
    """One accepted create call and everything that happened to it."""

    task_id: str
    endpoint: Endpoint
    params: JsonObject
    ordinal: int
    seconds: float
    created_at: float
    created_wall: float
    script: Script
    origin: str
    """The base URL of its results."""
    flag: int = RUNNING
    failure: Failure | None = None
    finished_at: float | None = None
    finished_wall: float | None = None
    photos: list[bytes] = field(default_factory=list)
    """The photos as fetched, in order."""
    result: bytes | None = None
    result_path: str | None = None
    polls: int = 0
    polls_at_end: int = 0
    """How many polls came after the task ended."""
    downloads: int = 0
    callbacks: list[CallbackAttempt] = field(default_factory=list)

    @property
    def photo(self) -> bytes | None:
        """The first photo, whose shape the picture gets."""
        return self.photos[0] if self.photos else None

    @property
    def prompt(self) -> str:
        return str(self.params["prompt"])

    @property
    def result_url(self) -> str | None:
        """Where the picture is, once the task has succeeded."""
        return f"{self.origin}{self.result_path}" if self.flag == SUCCEEDED else None

    def record(self) -> JsonObject:
        """The body of record-info, and of the second generation's callback."""
        ended = self.flag != RUNNING
        finished = wire.china_time(self.finished_wall) if self.finished_wall is not None else None
        return {
            "code": 200,
            "msg": "success",
            "data": {
                "taskId": self.task_id,
                "paramJson": wire.param_json(self.endpoint, self.params),
                "completeTime": finished,
                "response": {"originImageUrl": None, "resultImageUrl": self.result_url} if ended else None,
                "successFlag": self.flag,
                "errorCode": self.failure.code if self.failure else None,
                "errorMessage": self.failure.text if self.failure else None,
                "operationType": wire.operation(self.endpoint, self.params),
                "createTime": wire.china_time(self.created_wall),
            },
        }

    def announcement(self) -> JsonObject:
        """The callback's body: the record for the second generation, a short notice for the others."""
        if self.endpoint == "generate-2":
            return self.record()
        code, text = 200, "success"
        if self.failure:
            refused = "policy" in self.failure.text.lower()
            code = self.failure.callback_code or (400 if refused else 501)
            text = self.failure.text
        info: JsonObject = {"resultImageUrl": self.result_url or ""}
        return {"code": code, "msg": text, "data": {"taskId": self.task_id, "info": info}}
