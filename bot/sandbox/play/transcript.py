"""A chat as one HTML file that needs nothing else: the page's own looks, its pictures inside."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Sequence

from bot.sandbox.play import shown
from bot.sandbox.play.pictures import picture_type
from bot.sandbox.play.static_files import static
from bot.sandbox.telegram.messages import Event
from bot.sandbox.telegram.values import Json

_STYLES = ("chat.css", "transcript.css")
_SCRIPTS = ("dom.js", "formatted.js", "message.js", "transcript.js")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1><p>{subtitle}</p></header>
<main id="messages" role="list"></main>
<script type="application/json" id="told">{told}</script>
<script>{script}</script>
</body>
</html>
"""


def transcript(
    events: Sequence[Event], chat_id: int, person_id: int, read: Callable[[str], bytes], *, subtitle: str
) -> str:
    """The chat as `person_id` saw it; what was edited or deleted can be unfolded, state by state."""
    ours = [event for event in events if event.chat_id == chat_id and event.message is not None]
    messages = _messages(ours)
    told = {
        "person": person_id,
        "is_group": chat_id < 0,
        "began_at": ours[0].at if ours else 0,
        "messages": messages,
        "pictures": {file_id: _inside(read(file_id)) for file_id in _pictures(messages)},
    }
    title = str(ours[0].message.raw["chat"].get("title") or "NanoBanana") if ours and ours[0].message else ""
    style, script = "\n".join(map(static, _STYLES)), _joined(_SCRIPTS)
    return _PAGE.format(
        title=html.escape(title),
        subtitle=html.escape(subtitle),
        style=style,
        script=script,
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}",
        told=json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _messages(events: Iterable[Event]) -> list[Json]:
    """Each message as it was last, with its texts over time; `is_gone` once it was deleted."""
    found: dict[int, Json] = {}
    for event in events:
        if event.message is None:
            continue
        now = shown.message(event.message)
        before = found.get(now["id"], {"states": []})
        state = {"at": event.at, "text": now["text"], "entities": now["entities"]}
        is_new = event.kind in {"sent", "edited"} and [each["text"] for each in before["states"][-1:]] != [
            now["text"]
        ]
        states = [*before["states"], *([state] if is_new else [])]
        found[now["id"]] = {**now, "states": states, "is_gone": event.kind == "deleted"}
    return list(found.values())


def _pictures(messages: Iterable[Json]) -> set[str]:
    """The files that the messages show; a photo in the size that is looked at."""
    media = [each["media"] for each in messages] + [(each["reply"] or {}).get("media") for each in messages]
    return {each["preview"] or each["file"] for each in media if each and each.get("file")}


def _inside(content: bytes) -> str:
    """A `data:` address."""
    kind = picture_type(content) or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _joined(names: Iterable[str]) -> str:
    """The page's modules as one script."""
    script = "\n".join(map(static, names))
    script = re.sub(r"^import .*\n", "", script, flags=re.MULTILINE)
    return "(() => {\n" + re.sub(r"^export ", "", script, flags=re.MULTILINE) + "\n})();"


def _hash(text: str) -> str:
    """What the content security policy allows, and nothing else."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
