"""What happens where a scene takes place: the lines between dashes that `theatre` does not play itself."""

import re
from collections.abc import Callable

from tests.conversation.scenes.acting import Stage


def direct(stage: Stage, what: str) -> None:
    """Where the scene goes, or what happens in its group."""
    for pattern, happens in _DIRECTIONS:
        if found := re.fullmatch(pattern, what):
            happens(stage, *found.groups())
            return
    raise ValueError("nobody understands this line")


def _is_admin(stage: Stage, who: str) -> None:
    stage.chat(who).record.members[stage.people[who].id] = "administrator"


def _bot_is_admin(stage: Stage) -> None:
    who = next(iter(stage.people))
    stage.people[who].adds_bot(stage.chat(who), admin=True)


def _refused(stage: Stage, kind: str) -> None:
    stage.chat(next(iter(stage.people))).refuses(kind)


def _topic_ends(stage: Stage, how: str) -> None:
    people, (group, topic) = stage.telegram.people, stage.place
    end = people.close_topic if how == "closed" else people.delete_topic
    end(stage.groups[group], stage.topics[group, topic])


_DIRECTIONS: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"in private", lambda stage: stage.go("")),
    (r"in the group (.+)", Stage.go),
    (r"in the topic (.+) of (.+)", lambda stage, topic, group: stage.go(group, topic)),
    (r"(\w+) is an admin here", _is_admin),
    (r"the bot is an admin here", _bot_is_admin),
    (r"(photos|documents|text messages) are not allowed here", _refused),
    (r"the topic is (closed|deleted)", _topic_ends),
)
