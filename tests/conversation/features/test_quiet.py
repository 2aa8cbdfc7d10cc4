"""/quiet, for admins of groups."""

from dataclasses import replace

from bot.conversation.features.quiet import for_admins_text, for_groups_text, not_quiet_text, quiet_text
from tests.conversation.fakes import Room
from tests.conversation.samples import GRACE, GROUP, ROOT, in_group, message
from tests.conversation.texts.samples import en, fr


async def test_an_admin_switches_it_on_and_off_and_everybody_else_cannot() -> None:
    room = Room()
    room.questions.admins.add((GROUP.id, ROOT.id))
    assert (await room.say(in_group("quiet", sender=GRACE))).html == for_admins_text(fr())
    assert not room.memory.quiet
    said = await room.say(in_group("quiet", sender=ROOT))
    assert (said.html, said.silent) == (quiet_text(en()), True)
    assert room.memory.quiet == {GROUP.id}
    assert (await room.say(in_group("quiet", sender=ROOT))).html == not_quiet_text(en())
    assert not room.memory.quiet


async def test_who_writes_in_the_groups_name_is_an_admin() -> None:
    room = Room()
    await room.say(in_group("quiet", sender=replace(ROOT, id=GROUP.id)))
    assert room.memory.quiet == {GROUP.id}


async def test_in_private_it_says_what_it_is_for() -> None:
    assert (await Room().say(message("quiet"))).html == for_groups_text(en())
