from typing import Any

import pytest
import telegram

from bot.sandbox.telegram.html import command_entities, commands_of, parse_html, trimmed, with_commands
from bot.sandbox.telegram.values import Refused


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_offsets_and_lengths_count_utf16_units() -> None:
    text, entities = parse_html("🍌🍌 <b>é🍌</b> end")
    assert text == "🍌🍌 é🍌 end"
    assert entities == [entity("bold", 5, 3)]


def test_nested_tags_come_outermost_first() -> None:
    text, entities = parse_html("<b>bold <i>both</i></b> <u>under</u>")
    assert text == "bold both under"
    assert entities == [entity("bold", 0, 9), entity("italic", 5, 4), entity("underline", 10, 5)]


def test_named_and_numbered_references_are_characters() -> None:
    assert parse_html("&lt;b&gt; &amp; &quot;x&quot; &#65;&#x1F34C; &nbsp;")[0] == '<b> & "x" A🍌 &nbsp;'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<a href="https://example.org/?a=1&amp;b=2">go</a>', {"url": "https://example.org/?a=1&b=2"}),
        ('<span class="tg-spoiler">go</span>', {"type": "spoiler"}),
        ("<tg-spoiler>go</tg-spoiler>", {"type": "spoiler"}),
        ('<pre><code class="language-python">go</code></pre>', {"type": "pre", "language": "python"}),
        ("<code>go</code>", {"type": "code"}),
        ("<blockquote>go</blockquote>", {"type": "blockquote"}),
        ("<blockquote expandable>go</blockquote>", {"type": "expandable_blockquote"}),
        ('<tg-emoji emoji-id="5368324170671202286">go</tg-emoji>', {"type": "custom_emoji"}),
        ("<del>go</del>", {"type": "strikethrough"}),
        ("<STRONG>go</STRONG>", {"type": "bold"}),
    ],
)
def test_each_tag_becomes_its_entity(source: str, expected: dict[str, str]) -> None:
    text, entities = parse_html(source)
    assert text == "go"
    assert len(entities) == 1
    assert expected.items() <= entities[0].items()


def test_a_link_to_a_user_is_a_mention() -> None:
    _, entities = parse_html('<a href="tg://user?id=42">Ann</a>')
    assert entities[0]["type"] == "text_mention"
    assert entities[0]["user"]["id"] == 42


def test_an_empty_tag_leaves_no_entity() -> None:
    assert parse_html("a<b></b>c") == ("ac", [])


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é <div>x</div>", 'Unsupported start tag "div" at byte offset 3'),
        ("<br/>", 'Unsupported start tag "br" at byte offset 0'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<3 you>", 'Unsupported start tag "3" at byte offset 0'),
    ],
)
def test_what_telegram_cannot_parse_is_refused(source: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_html(source)
    assert refused.value.code == 400
    assert refused.value.description == f"Bad Request: can't parse entities: {problem}"


@pytest.mark.parametrize(
    "source",
    [
        "<b>🍌 bold <i>and <u>more</u></i></b> plain &lt;3 &amp; <s>gone</s>",
        '<a href="https://example.org/?a=1&amp;b=2">a <b>link</b></a>, <code>x &lt; y</code>',
        '<pre>print("é🍌")</pre>',
        "<blockquote>quoted <tg-spoiler>secret</tg-spoiler></blockquote>",
        '<a href="tg://user?id=42">Ann</a>',
    ],
)
def test_what_another_library_writes_is_read_back_the_same(source: str) -> None:
    text, entities = parse_html(source)
    raw = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": text}
    message = telegram.Message.de_json({**raw, "entities": entities}, None)
    assert parse_html(message.text_html) == (text, entities)


def test_white_space_at_the_ends_is_cut_and_entities_shrink_with_it() -> None:
    assert trimmed(parse_html("  <b> hi </b> ")) == ("hi", [entity("bold", 0, 2)])


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("/edit a hat", ["/edit"]),
        ("🍌 please /edit@Some_Bot now", ["/edit@Some_Bot"]),
        ("/one /two", ["/one", "/two"]),
        ("path/to/file and http://x/y", []),
        ("/", []),
        ("/" + "a" * 33, []),
        ("/" + "a" * 32, ["/" + "a" * 32]),
        ("(/help)", ["/help"]),
        ("/help, please", ["/help"]),
        ("/правка", []),
    ],
)
def test_commands_are_found_in_plain_text(text: str, commands: list[str]) -> None:
    assert commands_of(text, command_entities(text)) == commands


def test_a_command_within_code_is_no_command() -> None:
    text, entities = with_commands(parse_html("<code>/edit</code> or /help"))
    assert commands_of(text, entities) == ["/help"]


def test_a_moment_is_an_entity_with_its_time_and_its_format() -> None:
    text, entities = parse_html('See you <tg-time unix="1772366520" format="r">in 12 min</tg-time>.')
    assert text == "See you in 12 min."
    moment = {"type": "date_time", "offset": 8, "length": 9, "unix_time": 1772366520}
    assert entities == [{**moment, "date_time_format": "r"}]
    assert parse_html('See you <tg-time unix="1772366520">in 12 min</tg-time>.')[1] == [moment]
    with pytest.raises(Refused):
        parse_html('<tg-time unix="soon">in 12 min</tg-time>')
