import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image, ImageChops
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox.demo.conversation import TALLEST, draw_conversation
from bot.sandbox.demo.conversation_layout import line_width, pieces, plain, px, wrapped
from bot.sandbox.demo.conversation_story import Card, Note, Said, story
from bot.sandbox.telegram.people import Message, Person
from tests.harness.clock import ManualClock
from tests.sandbox.telegram.harness import Client, picture, telegram

CLOCK = ManualClock()
BAR = "▰▰▰▰▱▱▱▱▱▱"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram(clock=CLOCK) as client:
        yield client


@pytest.fixture
def ada(client: Client) -> Person:
    return client.sandbox.people.person("Ada")


async def says(client: Client, person: Person, text: str, *rows: list[str], **params: Any) -> Message:
    """The bot's message, with a keyboard of these labels."""
    keyboard = [[{"text": label, "callback_data": label.lower()} for label in row] for row in rows]
    if rows:
        params["reply_markup"] = {"inline_keyboard": keyboard}
    await client.result("sendMessage", chat_id=person.id, text=text, parse_mode="HTML", **params)
    return person.private.bot_messages()[-1]


async def edits(client: Client, message: Message, *texts: str) -> None:
    for text in texts:
        CLOCK.now += 2
        await client.result(
            "editMessageText", chat_id=message.chat_id, message_id=message.message_id, text=text
        )


async def answers(client: Client, text: str) -> None:
    """The bot's answer to the last press."""
    query = (await client.updates())[-1]["callback_query"]
    await client.result("answerCallbackQuery", callback_query_id=query["id"], text=text)


async def main_job(client: Client, ada: Person) -> None:
    """A photo with a command, a status card that goes on and goes away, the result."""
    ada.writes("/start")
    await says(client, ada, "Hello, I am <b>NanoBanana</b> 🍌\n\n" + "I edit what you send. " * 60)
    asked = ada.sends_photo(picture(640, 426, "JPEG"), "/watercolor")
    to = {"message_id": asked.message_id}
    card = await says(client, ada, "Watercolor\nOn it.", ["✖️ Cancel"], reply_parameters=to)
    progress = (f"Watercolor\n{'▰' * full}{'▱' * (10 - full)} painting…" for full in range(1, 8))
    await edits(client, card, *progress, "Watercolor\nFinishing.")
    await client.bot.send_photo(
        ada.id,
        picture(640, 426, "JPEG"),
        caption="Watercolor · 640×426",
        reply_to_message_id=asked.message_id,
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("🔁 Again", callback_data="a")]]),
    )
    await client.bot.delete_message(ada.id, card.message_id)


def drawn(client: Client, person: Person) -> Image.Image:
    return draw_conversation(client.sandbox.events, person.private.id)


def differ(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether two pages show different things there; their alpha channels do not matter."""
    crops = (page.convert("RGB").crop(box) for page in (one, other))
    return ImageChops.difference(*crops).getbbox() is not None


async def test_the_main_job_is_drawn_900_wide_and_no_taller_than_2000(client: Client, ada: Person) -> None:
    await main_job(client, ada)
    page = drawn(client, ada)
    assert page.width == 900
    assert 900 < page.height <= TALLEST
    out = io.BytesIO()
    page.save(out, "PNG")
    assert len(out.getvalue()) > 10_000


async def test_the_same_events_are_drawn_the_same(client: Client, ada: Person) -> None:
    await main_job(client, ada)
    assert drawn(client, ada).tobytes() == drawn(client, ada).tobytes()


async def test_each_message_adds_itself_below_and_leaves_the_rest_alone(client: Client, ada: Person) -> None:
    ada.writes("first")
    before = drawn(client, ada)
    for text in ("second", "third", "fourth"):
        ada.writes(text)
        after = drawn(client, ada)
        assert after.height > before.height
        assert not differ(before, after, (0, 0, 900, before.height - 23))
        assert differ(before, after, (0, before.height - 23, 900, after.height - 23))
        before = after


async def test_a_person_stands_on_the_right_and_the_bot_on_the_left(client: Client, ada: Person) -> None:
    def sides(top: int, bottom: int) -> tuple[int, int]:
        page = drawn(client, ada).convert("RGB")
        halves = page.crop((0, top, 300, bottom)), page.crop((600, top, 900, bottom))
        left, right = (len(half.getcolors(90_000) or []) for half in halves)
        return left, right

    ada.writes("hello")
    left, right = sides(90, 140)
    assert left == 1 < right
    height = drawn(client, ada).height
    await says(client, ada, "hello")
    left, right = sides(height - 15, height + 20)
    assert left > 1 == right


async def test_a_photo_is_shown_in_its_colours_whatever_its_shape(client: Client, ada: Person) -> None:
    for size in ((1280, 853), (853, 1280), (1280, 80), (80, 1280), (3, 2)):
        ada.sends_photo(picture(*size, "PNG"))
        red, green, blue = drawn(client, ada).convert("RGB").split()
        bluest = ImageChops.subtract(blue, ImageChops.lighter(red, green))
        assert sum(bluest.histogram()[200:]) > 100 * (ada.private.messages()[-1].message_id - 100)


async def test_a_deleted_status_card_is_told_by_its_first_two_middle_and_last_states(
    client: Client, ada: Person
) -> None:
    await main_job(client, ada)
    start, hello, asked, card, result = story(client.sandbox.events, ada.private.id)
    assert isinstance(card, Card)
    assert card.is_gone
    texts = [message.text.partition("\n")[2] for _, message in card.states]
    assert texts[0] == "On it."
    assert [text.count("▰") for text in texts] == [0, 2, 6, 0]
    assert texts[3] == "Finishing."
    assert isinstance(asked, Said)
    assert isinstance(result, Said)
    assert result.reply_to is not None
    assert result.reply_to.message_id == asked.message.message_id
    assert isinstance(start, Said)
    assert isinstance(hello, Said)


async def test_a_card_that_stays_ends_as_an_edited_message(client: Client, ada: Person) -> None:
    ada.writes("/edit")
    card = await says(client, ada, "Waiting.", ["Cancel"])
    await edits(client, card, BAR, "It failed.")
    _, passing, ending = story(client.sandbox.events, ada.private.id)
    assert isinstance(passing, Card)
    assert [message.text for _, message in passing.states] == ["Waiting.", BAR]
    assert isinstance(ending, Said)
    assert (ending.message.text, ending.is_edited) == ("It failed.", True)
    assert drawn(client, ada).height > 200


async def test_a_menu_the_press_and_its_answer_are_all_told(client: Client, ada: Person) -> None:
    ada.writes("/styles")
    menu = await says(client, ada, "Pick a style.", ["🎨 Watercolor", "Sketch"], ["Comic"])
    ada.presses(menu, "Watercolor")
    await answers(client, "On it.")
    await edits(client, menu, "Waiting.", "Done.")
    told = story(client.sandbox.events, ada.private.id)
    assert [type(part) for part in told] == [Said, Said, Note, Note, Card, Said]
    assert [part.text for part in told if isinstance(part, Note)] == ["Ada taps “Watercolor”", "On it."]
    assert drawn(client, ada).height > 400


async def test_files_stickers_and_letters_that_the_font_lacks_are_no_obstacle(
    client: Client, ada: Person
) -> None:
    ada.sends_file(picture(300, 200), "cat.png", "image/png", "/enhance")
    ada.sends_file(b"%PDF", "a.pdf", "application/pdf")
    ada.sends_sticker(b"no picture", animated=True)
    ada.writes("🍌🍌")
    ada.writes("Привет, élève")
    ada.writes("x" * 400)
    photo = ada.private.messages()[0]
    ada.edits(photo, "/enhance it")
    assert drawn(client, ada).height > 500


async def test_a_long_chat_keeps_its_end_and_says_what_is_left_out(client: Client, ada: Person) -> None:
    for count in range(40):
        ada.writes(f"message {count}")
    before = drawn(client, ada)
    ada.writes("the last word")
    after = drawn(client, ada)
    assert 1500 < after.height <= TALLEST
    assert after.tobytes() != before.tobytes()


async def test_a_group_shows_its_title_and_other_chats_stay_out(client: Client, ada: Person) -> None:
    group = client.sandbox.people.group("Painters", ada)
    ada.writes("/edit@nanobanana_bot", chat=group)
    ada.writes("something private")
    private, shared = drawn(client, ada), draw_conversation(client.sandbox.events, group.id)
    assert differ(private, shared, (80, 0, 600, 70))
    assert len(story(client.sandbox.events, group.id)) == 1


def test_a_chat_without_events_is_an_empty_page() -> None:
    assert draw_conversation([], 1).size[0] == 900


def test_letters_that_the_font_lacks_are_replaced_or_left_out() -> None:
    assert plain("🎨 1280×853 – “déjà vu”…") == "1280x853 - “deja vu”…"


def test_words_are_wrapped_by_their_measured_width_and_cut_with_an_ellipsis() -> None:
    paragraphs = pieces("Wide words and iii lll narrow ones. " * 30 + "w" * 200)
    lines = wrapped(paragraphs, 19, px(300), 6)
    assert len(lines) == 6
    assert all(line_width(line, 19) <= px(300) for line in lines)
    assert lines[-1][-1].text == "…"
    assert all(line_width(line, 19) <= px(300) for line in wrapped(paragraphs, 19, px(300)))


def test_bold_words_and_progress_bars_are_told_apart_even_after_an_emoji() -> None:
    heading, progress = pieces(f"🍌 a bold\n{BAR} left", [{"type": "bold", "offset": 5, "length": 4}])
    assert [(piece.text, piece.style) for piece in heading] == [("a", "plain"), ("bold", "strong")]
    assert [(piece.text, piece.share) for piece in progress] == [("", 0.4), ("left", None)]
