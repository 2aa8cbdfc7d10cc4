"""Questions to people: what a wish lacks is asked for; what is there already is kept with the question."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from gettext import NullTranslations

from bot.conversation.answering import (
    admit,
    admit_pressed,
    alert,
    answer,
    answered,
    may_be_new,
    refuse,
    requests_of,
    toast,
)
from bot.conversation.feature import Asked, ChoiceButton, EditPressed, Pressed, Replies, number_in
from bot.conversation.incoming import Press
from bot.conversation.meaning import (
    EditAsked,
    Lacking,
    Meaning,
    Refused,
    complete,
    meaning_of,
)
from bot.conversation.outgoing import Ask, Button, ChangeText, Delete, Destination, in_rows
from bot.conversation.recalling import picture_of, recall
from bot.conversation.texts import alerts, questions
from bot.conversation.texts.styles import command_title
from bot.conversation.tools import Tools
from bot.core.presets import COMBINE, EDIT, IMAGINE, PRESETS
from bot.core.wishes import Missing, Question, Wish

_SUGGESTIONS = 3
_LIKENESS = 0.6
"""Of a misspelt command and the one that may be meant: 1 is the same."""


async def understood(asked: Asked, command: str | None) -> Meaning | None:
    """What a message means, with what is remembered of its chat."""
    return meaning_of(asked.message, command, await recall(asked.tools, asked.message, command))


async def edit_by_command(asked: Asked) -> Replies:
    """A command for an edit: /edit, /combine or a style, maybe with words."""
    meaning = await understood(asked, asked.message.command)
    return await answer_wish(asked, meaning) if isinstance(meaning, EditAsked | Lacking | Refused) else ()


async def answer_wish(asked: Asked, meaning: EditAsked | Lacking | Refused) -> Replies:
    """Admit the edit that a message means, ask for what it lacks, or say why it cannot be done."""
    match meaning:
        case EditAsked() if _are_too_many(meaning, asked.tools):
            return answer(asked, questions.too_many(asked.t, asked.tools.most_photos))
        case EditAsked():
            return await admit(asked, meaning)
        case Lacking():
            return await _ask_for(asked, meaning)
        case Refused():
            return refuse(asked, meaning)


def _are_too_many(wish: EditAsked, tools: Tools) -> bool:
    """Whether these are more photos than the model combines."""
    return wish.command == COMBINE and len(wish.pictures) > tools.most_photos


async def ask_for_words(pressed: EditPressed, wish: Wish, html: str) -> Replies:
    """Ask for the words of an edit that a button began, as a reply that its person may answer.

    The same question of before makes way for it.
    """
    press, request = pressed.press, pressed.edit.request
    replaced = await pressed.tools.wishes.question_for(press.chat.id, press.message_id or 0)
    question = Question(
        id=press.update_id,
        speaker=press.speaker,
        asked_for=press.message_id or 0,
        wish=wish,
        missing=Missing.WORDS,
        asked_at=pressed.tools.now(),
    )
    await pressed.tools.wishes.ask(question)
    # In a group Telegram opens the reply for whom the bot replies to.
    asked_at = press.message_id if press.chat.is_private else request.request_message_id
    to = Destination(press.chat.id, press.thread_id, asked_at)
    placeholder = questions.placeholder(pressed.t, wish, Missing.WORDS)
    ask = Ask(to, html, question.id, placeholder, silent=not press.chat.is_private)
    is_left = replaced is not None and replaced.speaker == press.speaker and replaced.answered_by is None
    if replaced is None or replaced.message_id is None or not is_left:
        return (*toast(pressed, ""), ask)
    return (*toast(pressed, ""), Delete(press.chat.id, replaced.message_id), ask)


async def ask_for_command(asked: Asked, commands: Iterable[str]) -> Replies:
    """Nobody knows this command: name the nearest ones, and keep the photo and the words."""
    message, t, name = asked.message, asked.t, asked.message.command or ""
    near = difflib.get_close_matches(name, list(commands), _SUGGESTIONS, _LIKENESS)
    if message.picture is None and message.replied is None and not _EDITS.intersection(near):
        return answer(asked, questions.unknown_command(t, name, near, has_picture=False))
    meant = await understood(asked, EDIT)
    wish = Wish(EDIT, message.words)
    if isinstance(meant, EditAsked | Lacking):
        wish = meant.wish
    elif isinstance(meant, Refused):
        return refuse(asked, meant)
    question = await kept(asked, wish, Missing.COMMAND)
    edits = [each for each in near if each in _EDITS]
    buttons: tuple[tuple[Button, ...], ...] = ()
    is_new = edits == [IMAGINE] and message.picture is None and message.replied is None
    has_picture = wish.picture is not None and not is_new
    if has_picture or is_new:
        offered = edits or [style.name for style in PRESETS if not style.needs_words][:_SUGGESTIONS]
        buttons = (tuple(COMMAND.of(command_title(t, each), f"{question.id}-{each}") for each in offered),)
    html = questions.unknown_command(t, name, near, has_picture=has_picture)
    silent = not message.chat.is_private
    return (Ask(in_reply(asked), html, question.id, buttons=buttons, silent=silent),)


async def ask_about_album(asked: Asked, wish: Wish, styles: Sequence[str]) -> Replies:
    """An album without words: a style for each photo, or words."""
    t = asked.t
    question = await kept(asked, wish, Missing.COMMAND)
    buttons = [COMMAND.of(command_title(t, each), f"{question.id}-{each}") for each in styles]
    text = questions.several(t, len(wish.pictures))
    return (Ask(in_reply(asked), text, question.id, buttons=in_rows(buttons)),)


async def consent(pressed: Pressed) -> Replies:
    """Yes: change that picture."""
    if not isinstance(found := await _question_of(pressed), Question):
        return found
    wish, picture = found.wish, found.wish.picture
    edit = picture and await pressed.tools.edits.by_message(pressed.press.chat.id, picture.message_id)
    if edit and edit.ended_at and edit.ended_at > found.asked_at and (made := picture_of(edit)):
        wish = replace(wish, picture=made)  # it was being painted when this was asked
    return await _go_on(pressed, found, complete(wish))


async def decline(pressed: Pressed) -> Replies:
    """No: another picture is meant. The words are kept for it."""
    found = await _question_of(pressed)
    if not isinstance(found, Question):
        return found
    tools, press = pressed.tools, pressed.press
    wish = replace(found.wish, picture=None)
    await tools.wishes.ask(replace(found, wish=wish, missing=Missing.PICTURE, asked_at=tools.now()))
    if press.message_id is None:
        return toast(pressed, "")
    text, buttons = questions.other_picture(pressed.t, wish), _offer_new(pressed.t, found.id)
    buttons = buttons if may_be_new(wish, press.chat) else ()
    return (*toast(pressed, ""), ChangeText(press.chat.id, press.message_id, text, buttons))


async def declined(asked: Asked, question: Question) -> Replies:
    """A no in words. To "Change this one?" it means another picture; else that nothing is wanted any more."""
    if question.missing is Missing.CONSENT:
        return await _ask_for(asked, Lacking(replace(question.wish, picture=None), Missing.PICTURE, question))
    return (*await answered(asked, question), *answer(asked, questions.dropped(asked.t)))


async def choose_manner(pressed: Pressed) -> Replies:
    """Several photos: each of them, together in one picture, or (a message's id) only one to combine."""
    found = await _question_of(pressed)
    if not isinstance(found, Question):
        return found
    manner, wish = pressed.argument.partition("-")[2], found.wish
    only = next((each for each in wish.pictures if str(each.message_id) == manner), None)
    if only is not None:
        return await _go_on(pressed, found, complete(replace(wish, picture=only, others=())))
    return await _go_on(
        pressed, found, complete(replace(wish, command=COMBINE if manner == COMBINE else EDIT))
    )


async def choose_command(pressed: Pressed) -> Replies:
    """The command that was meant by one that nobody knows."""
    found = await _question_of(pressed)
    if not isinstance(found, Question):
        return found
    command, wish = pressed.argument.partition("-")[2], found.wish
    if command not in _EDITS:
        return alert(pressed, alerts.gone(pressed.t))
    is_own = wish.picture is not None and wish.picture.message_id == found.asked_for
    if command == IMAGINE and not is_own:
        wish = replace(wish, picture=None, others=())
    return await _go_on(pressed, found, complete(replace(wish, command=command)))


async def choose_new(pressed: Pressed) -> Replies:
    """No photo comes: a new picture is wanted from the words alone."""
    found = await _question_of(pressed)
    if not isinstance(found, Question):
        return found
    return await _go_on(pressed, found, complete(Wish(IMAGINE, found.wish.words, shape=found.wish.shape)))


async def _go_on(pressed: Pressed, question: Question, meant: EditAsked | Lacking | Refused) -> Replies:
    """A press has answered a question: admit the edit, or ask for what it still lacks in the same message."""
    press, tools = pressed.press, pressed.tools
    match meant:
        case EditAsked() if _are_too_many(meant, tools):
            return alert(pressed, alerts.plain(questions.too_many(pressed.t, tools.most_photos)))
        case EditAsked():
            if not await tools.wishes.answered(question.id, press.update_id):
                return toast(pressed, alerts.settled(pressed.t))
            requests = requests_of(meant, press, question.asked_for)
            is_admitted, told = await admit_pressed(pressed, requests)
            if not is_admitted:
                await tools.wishes.ask(replace(question, answered_by=None))  # it can be pressed later
                return told
            return (*told, *_gone(press))
        case Lacking(wish, missing):
            asked = replace(question, wish=wish, missing=missing, asked_at=tools.now())
            await tools.wishes.ask(asked)
            text = questions.question(pressed.t, wish, missing)
            changed = () if press.message_id is None else (ChangeText(press.chat.id, press.message_id, text),)
            return (*toast(pressed, ""), *changed)
        case Refused():
            return alert(pressed, alerts.gone(pressed.t))


def _gone(press: Press) -> Replies:
    """The question makes way."""
    return () if press.message_id is None else (Delete(press.chat.id, press.message_id),)


async def _question_of(pressed: Pressed) -> Question | Replies:
    """The question that the button is under; or the answer to somebody else's press, or to a late one."""
    number = number_in(pressed.argument.partition("-")[0])
    question = None if number is None else await pressed.tools.wishes.question(number)
    if question is None or question.speaker.chat_id != pressed.press.chat.id:
        return alert(pressed, alerts.gone(pressed.t))
    if question.speaker.person_id != pressed.press.sender.id:
        return alert(pressed, alerts.not_your_question(pressed.t))
    if question.answered_by not in {None, pressed.press.update_id}:
        running = await pressed.tools.edits.active_of(question.speaker.chat_id, question.speaker.person_id)
        is_repeated = any(edit.request.request_message_id == question.asked_for for edit in running)
        return toast(pressed, (alerts.started if is_repeated else alerts.settled)(pressed.t))
    return question


async def _ask_for(asked: Asked, lacking: Lacking) -> Replies:
    message, t, wish, missing = asked.message, asked.t, lacking.wish, lacking.missing
    replaced = await asked.tools.wishes.question_for(message.chat.id, message.message_id)
    gone = await answered(asked, lacking.answers)
    question = await kept(asked, wish, missing)
    if lacking.is_silent:
        return gone
    html, silent = questions.question(t, wish, missing), not message.chat.is_private
    if missing is Missing.MANNER:
        ask = Ask(in_reply(asked), html, question.id, buttons=(_manners(asked, question),), silent=silent)
    elif missing is Missing.CONSENT and wish.picture is not None:
        to = replace(in_reply(asked), reply_to=wish.picture.message_id)
        buttons = (
            YES.of(questions.yes(t), str(question.id)),
            NO.of(questions.no(t), str(question.id)),
        )
        ask = Ask(to, html, question.id, buttons=(buttons,), silent=silent)
    elif missing is Missing.PICTURE and may_be_new(wish, message.chat):
        ask = Ask(in_reply(asked), html, question.id, buttons=_offer_new(t, question.id), silent=silent)
    else:
        merge = "" if wish.words else f"{missing} {wish.command}"
        placeholder = questions.placeholder(t, wish, missing)
        ask = Ask(in_reply(asked), html, question.id, placeholder, silent=silent, merge=merge)
    if replaced is None or replaced.message_id is None or replaced.id == question.id:
        return (*gone, ask)
    return (*dict.fromkeys((*gone, Delete(message.chat.id, replaced.message_id))), ask)


async def kept(asked: Asked, wish: Wish, missing: Missing, *, waits: bool = True) -> Question:
    """The question as it is remembered. One that was asked for the same message before is forgotten.

    One that does not wait for the person's next words is found by a reply alone.
    """
    message, tools = asked.message, asked.tools
    question = Question(
        id=message.update_id,
        speaker=message.speaker,
        asked_for=message.message_id,
        wish=wish,
        missing=missing,
        asked_at=tools.now(),
        answered_by=None if waits else message.update_id,
    )
    await tools.wishes.ask(question)
    return question


def _manners(asked: Asked, question: Question) -> tuple[Button, ...]:
    """What may be meant by several photos, or by a reply to one of them."""
    t, wish, replied = asked.t, question.wish, asked.message.replied
    if wish.command == COMBINE and replied is not None:
        return (
            MANNER.of(questions.only_one(t), f"{question.id}-{replied.message_id}"),
            MANNER.of(questions.all_of(t, len(wish.pictures)), f"{question.id}-{COMBINE}"),
        )
    return (
        MANNER.of(questions.each(t), f"{question.id}-{EDIT}"),
        MANNER.of(questions.together(t), f"{question.id}-{COMBINE}"),
    )


def _offer_new(t: NullTranslations, question_id: int) -> tuple[tuple[Button, ...], ...]:
    return ((NEW.of(questions.new_picture(t), str(question_id)),),)


def in_reply(asked: Asked) -> Destination:
    """Where the answer goes."""
    return Destination(asked.message.chat.id, asked.message.thread_id, asked.message.message_id)


_EDITS = frozenset({EDIT, COMBINE, IMAGINE, *(style.name for style in PRESETS)})
YES, NO = ChoiceButton("y", consent), ChoiceButton("n", decline)
NEW = ChoiceButton("new", choose_new)
COMMAND, MANNER = ChoiceButton("k", choose_command), ChoiceButton("m", choose_manner)
