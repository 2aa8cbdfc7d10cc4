"""Which admins are told of what only they can mend."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.core.errors import Reason
from tests.telegram.outbox.edit_world import FAILED, EditWorld, an_edit


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    async with aclosing(EditWorld()) as world:
        yield world


async def test_an_admin_is_told_once_or_again_where_telegram_did_not_take_it(world: EditWorld) -> None:
    edit = an_edit()
    world.telegram.will_refuse("sendMessage", 500, "Internal Server Error")
    for _ in range(3):
        await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    assert [sent["text"] for sent in world.telegram.of("sendMessage")] == ["alert: out_of_credit"] * 2
    world.telegram.will_refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    for _ in range(2):
        await world.chat.alert_admins(edit, Reason.ACCESS_DENIED)
    assert len(world.telegram.of("sendMessage")) == 3


async def test_a_person_reads_that_an_admin_was_told_only_where_one_was(world: EditWorld) -> None:
    failed = replace(FAILED, reason=Reason.OUT_OF_CREDIT)
    edit = replace(await world.posted(an_edit()), stage=failed)
    world.telegram.will_refuse("sendMessage", 403, "Forbidden: bot was blocked by the user")
    await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    await world.chat.settle(edit)
    world.alerts.claimed.clear()
    await world.chat.alert_admins(edit, Reason.OUT_OF_CREDIT)
    await world.chat.settle(edit)
    assert world.texts == ["out_of_credit, not told", "out_of_credit, told"]


async def test_what_only_admins_can_mend_is_in_the_log_once_even_without_admins(
    world: EditWorld, caplog: pytest.LogCaptureFixture
) -> None:
    for reason in (Reason.OUT_OF_CREDIT, Reason.OUT_OF_CREDIT, Reason.ACCESS_DENIED):
        await world.chat.alert_admins(an_edit(), reason)
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert [each.split(": ")[1].split()[0] for each in warnings] == ["out_of_credit", "access_denied"]
    await world.passes(3600)
    await world.chat.alert_admins(an_edit(), Reason.OUT_OF_CREDIT)
    assert len(caplog.records) > len(warnings)
