"""After the result: going on from it, comparing, taking it back, looking through one's pictures."""

from pathlib import Path

from bot.conversation.features.change import change_question
from bot.conversation.features.compare import already_there_alert
from bot.conversation.features.delete import deleted_alert
from bot.conversation.features.history import nothing_yet
from bot.conversation.features.reword import reword_question
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.core.presets import full_prompt
from bot.sandbox.telegram.people import Answer, Chat, Message
from tests.harness.chats import AS_FILE, CHANGE, COMPARE, DELETE, EN, OTHER_WORDS, answers, hears
from tests.harness.clock import until
from tests.harness.pictures import opened, picture
from tests.harness.world import World, prompts, quick_bot


async def changed(world: World, chat: Chat, result: Message, words: str) -> Message:
    """The picture that comes of answering what Change asks."""
    ada, before, last = world.ada, len(prompts(world)), chat.messages()[-1].message_id
    assert (await ada.presses(result, CHANGE).answer()).show_alert is False

    def asked(messages: list[Message]) -> Message | None:
        return next((m for m in messages if m.message_id > last and m.text == change_question(EN)), None)

    question = await chat.wait_for(asked)
    ada.writes(words, chat=chat, reply_to=question)
    await until(lambda: len(prompts(world)) > before)
    return await chat.wait_for(
        lambda messages: next((m for m in answers(messages, result) if words in m.text), None)
    )


async def test_a_result_is_changed_step_by_step_from_its_full_quality(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(900, 600), "/sketch")
        first = await world.result(ada.private, asked)
        assert [len(row) for row in first.buttons] == [2, 3]
        second = await changed(world, ada.private, first, "more snow")
        assert second.text == "more snow · step 2"
        third = await changed(world, ada.private, second, "less snow")
        assert third.text == "less snow · step 3"
        assert second.photo_size == third.photo_size == first.photo_size
        assert prompts(world) == [
            full_prompt("sketch", ""),
            full_prompt("edit", "more snow"),
            full_prompt("edit", "less snow"),
        ]
        assert len(world.telegram.calls_of("getFile")) == 1  # only the first photo came from Telegram


async def test_in_a_group_the_answer_to_change_is_heard_in_privacy_mode(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada, ben = world.ada, world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ada, ben)
        first = await world.result(
            group, ada.sends_photo(picture(96, 64), "/sketch@nanobanana_bot", chat=group)
        )
        assert (await ben.presses(first, CHANGE).answer()).show_alert is True
        assert (await changed(world, group, first, "more snow")).text.endswith("step 2")


async def test_a_comparison_shows_both_and_is_sent_once(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        result = await world.result(ada.private, ada.sends_photo(picture(90, 96), "/sketch"))
        for _ in range(3):
            await ada.presses(result, COMPARE).answer()
        [shown] = await ada.private.wait_for(lambda messages: answers(messages, result))
        assert shown.text == "Left: before. Right: after."
        assert shown.is_silent
        assert opened(shown.content()).size == (2 * 90 + 16, 96)
        await until(lambda: len(answers(ada.private.messages(), result)) == 1)
        again = await ada.presses(result, COMPARE).answer()
        assert again == Answer(already_there_alert(EN), show_alert=True)
        assert len(prompts(world)) == 1


async def test_delete_takes_everything_of_a_result_back(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        result = await world.result(ada.private, asked)
        await ada.presses(result, AS_FILE).answer()
        await ada.presses(result, COMPARE).answer()
        await until(lambda: len(ada.private.bot_messages()) == 3)
        assert list((tmp_path / "files").rglob("*.result"))
        assert await ada.presses(result, DELETE).answer() == Answer(deleted_alert(EN), show_alert=False)
        await until(lambda: not ada.private.bot_messages())
        assert not list((tmp_path / "files").rglob("*.result"))
        await hears(ada.private, ada.writes("/history"), nothing_yet(EN))


async def test_history_is_one_message_with_a_picture_on_each_page(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        first = await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        file = ada.sends_file(picture(97, 64), "cat.jpg", "image/jpeg", "/oil")
        second = await world.result(ada.private, file)
        asked = ada.writes("/history")
        shown = await world.words(ada.private, asked, "1 of 2")
        assert shown.content() == second.content()
        assert shown.document_name == second.document_name == "cat-oil.jpg"
        assert shown.labels == [CHANGE, "◀ Older"]
        await ada.presses(shown, "◀ Older").answer()
        older = await world.words(ada.private, asked, "2 of 2")
        assert (older.message_id, older.photo_size) == (shown.message_id, first.photo_size)
        assert older.content() == first.content()
        assert older.labels == [CHANGE, AS_FILE, "Newer ▶"]
        await ada.presses(older, "Newer ▶").answer()
        await world.words(ada.private, asked, "1 of 2")
        assert len(prompts(world)) == 2


async def test_a_failure_whose_words_were_the_reason_takes_other_words(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.nanobanana.play("flag-3-policy")
        asked = ada.sends_photo(picture(96, 64), "/edit a bat")
        failed = await hears(ada.private, asked, reason_sentence(EN, Reason.POLICY))
        assert failed.labels == [OTHER_WORDS]
        await ada.presses(failed, OTHER_WORDS).answer()
        question = await hears(ada.private, failed, reword_question(EN, "a bat"))
        ada.writes("a cat", reply_to=question)
        await until(lambda: prompts(world)[1:] == [full_prompt("edit", "a cat")])
        assert len({call.params["file_id"] for call in world.telegram.calls_of("getFile")}) == 1
