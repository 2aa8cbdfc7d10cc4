"""Questions to people: what a wish lacks is asked for; what is there already is kept with the question."""

import difflib
from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.answering import admit, admit_pressed, alert, refuse, toast
from bot.conversation.feature import Asked, ChoiceButton, EditPressed, Pressed, Replies
from bot.conversation.meaning import (
    EditAsked,
    Lacking,
    Meaning,
    Refused,
    complete,
    meaning_of,
)
from bot.conversation.outgoing import Ask, Buttons, ChangeText, Delete, Destination
from bot.conversation.recalling import recall
from bot.conversation.texts import alerts, questions
from bot.conversation.texts.styles import command_title
from bot.core.edits import Request
from bot.core.presets import EDIT, PRESETS
from bot.core.wishes import Missing, Question, Speaker, Wish

_SUGGESTIONS = 3
_LIKENESS = 0.5
"""Of a misspelt command and the one that may be meant: 1 is the same."""


async def understood(asked: Asked, command: str | None) -> Meaning | None:
    """What a message means, with what is remembered of its chat."""
    return meaning_of(asked.message, command, await recall(asked.tools, asked.message, command))


async def answer_wish(asked: Asked, meaning: EditAsked | Lacking | Refused) -> Replies:
    """Admit the edit that a message means, ask for what it lacks, or say why it cannot be done."""
    match meaning:
        case EditAsked():
            return await admit(asked, meaning)
        case Lacking():
            return await _ask_for(asked, meaning)
        case Refused():
            return refuse(asked, meaning)


async def ask_for_words(pressed: EditPressed, wish: Wish, html: str) -> Replies:
    """Ask for the words of an edit that a button began, as a reply that its person may answer.

    The same question of before makes way for it.
    """
    press, request = pressed.press, pressed.edit.request
    replaced = await pressed.tools.wishes.question_for(press.chat.id, press.message_id or 0)
    speaker = Speaker(press.chat.id, press.thread_id, press.sender.id)
    question = Question(
        id=press.update_id,
        speaker=speaker,
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
    if replaced is None or replaced.message_id is None or replaced.answered_by is not None:
        return (*toast(pressed, ""), ask)
    return (*toast(pressed, ""), Delete(press.chat.id, replaced.message_id), ask)


async def ask_for_command(asked: Asked, commands: Iterable[str]) -> Replies:
    """Nobody knows this command: name the nearest ones, and keep the photo and the words."""
    message, t, name = asked.message, asked.t, asked.message.command or ""
    near = difflib.get_close_matches(name, list(commands), _SUGGESTIONS, _LIKENESS)
    meant = await understood(asked, EDIT)
    wish = Wish(EDIT, message.words)
    if isinstance(meant, EditAsked):
        wish = Wish(EDIT, meant.words, meant.picture)
    elif isinstance(meant, Lacking):
        wish = meant.wish
    elif isinstance(meant, Refused):
        return refuse(asked, meant)
    question = await _kept(asked, wish, Missing.COMMAND)
    edits = [each for each in near if each in _EDITS]
    buttons: Buttons = ()
    if wish.picture is not None:
        offered = edits or [style.name for style in PRESETS if not style.needs_words][:_SUGGESTIONS]
        buttons = (tuple(COMMAND.of(command_title(t, each), f"{question.id}-{each}") for each in offered),)
    html = questions.unknown_command(t, name, near, has_picture=wish.picture is not None)
    return (Ask(_in_reply(asked), html, question.id, buttons=buttons),)


async def consent(pressed: Pressed) -> Replies:
    """Yes: change that picture."""
    if isinstance(found := await _question_of(pressed), Question):
        return await _go_on(pressed, found, complete(found.wish))
    return found


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
    return (
        *toast(pressed, ""),
        ChangeText(press.chat.id, press.message_id, questions.other_picture(pressed.t, wish)),
    )


async def choose_command(pressed: Pressed) -> Replies:
    """The command that was meant by one that nobody knows."""
    found = await _question_of(pressed)
    if not isinstance(found, Question):
        return found
    command = pressed.argument.partition("-")[2]
    if command not in _EDITS:
        return alert(pressed, alerts.gone(pressed.t))
    return await _go_on(pressed, found, complete(replace(found.wish, command=command)))


async def _go_on(pressed: Pressed, question: Question, meant: EditAsked | Lacking | Refused) -> Replies:
    """A press has answered a question: admit the edit, or ask for what it still lacks in the same message."""
    press, tools = pressed.press, pressed.tools
    match meant:
        case EditAsked(command, words, picture):
            request = Request(
                update_id=press.update_id,
                chat_id=press.chat.id,
                thread_id=press.thread_id,
                request_message_id=question.asked_for,
                photo_message_id=picture.message_id,
                requester_id=press.sender.id,
                language=press.sender.language,
                command=command,
                words=words,
                photos=(picture.photo,),
                parent=picture.parent,
                step=picture.step,
            )
            told = await admit_pressed(pressed, request)
            if told.popup or press.message_id is None:
                return (told,)
            await tools.wishes.answered(question.id, press.update_id)
            return (told, Delete(press.chat.id, press.message_id))
        case Lacking(wish, missing):
            asked = replace(question, wish=wish, missing=missing, asked_at=tools.now())
            await tools.wishes.ask(asked)
            text = questions.question(pressed.t, wish, missing)
            changed = () if press.message_id is None else (ChangeText(press.chat.id, press.message_id, text),)
            return (*toast(pressed, ""), *changed)
        case Refused():
            return alert(pressed, alerts.gone(pressed.t))


async def _question_of(pressed: Pressed) -> Question | Replies:
    """The question that the button is under; or the answer to somebody else's press, or to a late one."""
    number = pressed.argument.partition("-")[0]
    question = await pressed.tools.wishes.question(int(number)) if number.isdecimal() else None
    if question is None or question.speaker.chat_id != pressed.press.chat.id:
        return alert(pressed, alerts.gone(pressed.t))
    if question.speaker.person_id != pressed.press.sender.id:
        return alert(pressed, alerts.not_your_question(pressed.t))
    if question.answered_by not in {None, pressed.press.update_id}:
        return toast(pressed, alerts.started(pressed.t))
    return question


async def _ask_for(asked: Asked, lacking: Lacking) -> Replies:
    message, t, wish, missing = asked.message, asked.t, lacking.wish, lacking.missing
    replaced = await asked.tools.wishes.question_for(message.chat.id, message.message_id)
    question = await _kept(asked, wish, missing)
    if lacking.answers is not None:
        await asked.tools.wishes.answered(lacking.answers.id, message.update_id)
    if lacking.is_silent:
        return ()
    html, silent = questions.question(t, wish, missing), not message.chat.is_private
    if missing is Missing.CONSENT and wish.picture is not None:
        to = replace(_in_reply(asked), reply_to=wish.picture.message_id)
        buttons = (
            YES.of(questions.yes(t), str(question.id)),
            NO.of(questions.no(t), str(question.id)),
        )
        ask = Ask(to, html, question.id, buttons=(buttons,), silent=silent)
    else:
        merge = "" if wish.words else f"{missing} {wish.command}"
        placeholder = questions.placeholder(t, wish, missing)
        ask = Ask(_in_reply(asked), html, question.id, placeholder, silent=silent, merge=merge)
    if replaced is None or replaced.message_id is None or replaced.id == question.id:
        return (ask,)
    return (Delete(message.chat.id, replaced.message_id), ask)


async def _kept(asked: Asked, wish: Wish, missing: Missing) -> Question:
    """The question as it is remembered. One that was asked for the same message before is forgotten."""
    message, tools = asked.message, asked.tools
    question = Question(
        id=message.update_id,
        speaker=message.speaker,
        asked_for=message.message_id,
        wish=wish,
        missing=missing,
        asked_at=tools.now(),
    )
    await tools.wishes.ask(question)
    return question


def _in_reply(asked: Asked) -> Destination:
    return Destination(asked.message.chat.id, asked.message.thread_id, asked.message.message_id)


_EDITS = frozenset({EDIT, *(style.name for style in PRESETS)})
YES, NO, COMMAND = ChoiceButton("y", consent), ChoiceButton("n", decline), ChoiceButton("k", choose_command)
