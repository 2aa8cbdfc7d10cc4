"""The saved chat: one file that needs nothing else."""

import base64
import hashlib
import json
import re
from typing import Any

from bot.sandbox.play.transcript import transcript
from tests.sandbox.play.harness import Play
from tests.sandbox.telegram.harness import picture


def saved(play: Play) -> str:
    world = play.stage.world
    return transcript(world.events, play.ada.id, play.ada.id, world.files.read, subtitle="of a <test>")


def told(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    values: dict[str, Any] = json.loads(found[1])
    return values


async def test_what_people_wrote_is_text_and_never_markup(play: Play) -> None:
    await play.does("write", text="</script><script>alert(1)</script><!--")
    page = saved(play)
    assert "alert(1)</script>" not in page
    assert "of a &lt;test&gt;" in page
    assert told(page)["messages"][0]["text"] == "</script><script>alert(1)</script><!--"


async def test_nothing_is_loaded_and_only_its_own_script_runs(play: Play) -> None:
    await play.does("write", text="hello")
    page = saved(play)
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script is not None
    assert not re.search(r"^(import|export) ", script[1], re.MULTILINE)
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in page
    assert f"script-src 'sha256-{digest}'" in page
    assert "src=" not in page.partition("<script")[0]


async def test_a_card_is_told_by_its_texts_even_when_it_is_gone(play: Play) -> None:
    await play.sends(picture(90, 60), caption="/sketch")
    where = {"chat_id": play.ada.id}
    card = await play.client.result("sendMessage", **where, text="Waiting.")
    where |= {"message_id": card["message_id"]}
    for text in ("<b>Painting</b>", "Finishing."):
        await play.client.result("editMessageText", **where, text=text, parse_mode="HTML")
    await play.client.result("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}])
    await play.client.result("deleteMessage", **where)
    asked, gone = told(saved(play))["messages"]
    assert (asked["is_gone"], len(asked["states"])) == (False, 1)
    assert gone["is_gone"]
    assert [state["text"] for state in gone["states"]] == ["Waiting.", "Painting", "Finishing."]
    assert gone["states"][1]["entities"][0]["type"] == "bold"


async def test_its_pictures_are_inside_and_other_chats_are_not(play: Play) -> None:
    await play.sends(picture(1200, 900))
    await play.sends(picture(60, 40), as_file=True)
    await play.does("write", chat=play.group.id, text="of the group")
    values = told(saved(play))
    photo, file = values["messages"]
    assert values["pictures"].keys() == {photo["media"]["preview"], file["media"]["preview"]}
    assert all(each.startswith("data:image/jpeg;base64,") for each in values["pictures"].values())
