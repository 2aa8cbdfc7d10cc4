"""The main flow where several processes could share the work: first alone, then by webhook."""

from pathlib import Path

from bot.telegram.inbox.webhook import webhook_secret
from tests.harness.clock import until
from tests.harness.pictures import picture, size_of
from tests.harness.replicas import Replicas, replicas


async def test_a_picture_comes_back_at_its_exact_size_and_the_process_tells_how_it_is(
    tmp_path: Path, url: str
) -> None:
    async with replicas(tmp_path, url) as world:
        (member,) = await world.start()
        ada = world.telegram.people.person("Ada")
        asked = ada.sends_photo(picture(333, 208), "/sketch")
        shown = await ada.private.wait_for(
            lambda messages: [m for m in messages if m.by_bot and m.photo_size], 20
        )
        assert size_of(shown[0].content()) == size_of(asked.content()) == (333, 208)
        await world.until_rows("edits WHERE state = 'delivered' AND due_at IS NULL", 1)
        await tells_how_it_is(world, member.url)
        assert await member.stop() == 0
        assert await world.value("SELECT count(*) FROM replicas") == 0
        assert await world.value("SELECT count(*) FROM roles") == 0
        assert "Traceback" not in member.log


async def tells_how_it_is(world: Replicas, door: str) -> None:
    assert (await world.client.get(f"{door}/healthz")).text == "ok"
    ready = await world.client.get(f"{door}/readyz")
    said = ready.json()
    assert (ready.status_code, said["ready"], said["database"], said["trusted"]) == (200, True, True, True)
    assert said["intake"] == "polling"
    assert all(0 <= seconds < 60 for seconds in said["seconds_since_answer"].values())
    lines = (await world.client.get(f"{door}/metrics")).text.splitlines()
    numbers = {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"
    }
    assert numbers['edit_moves_total{state="received"}'] == 1
    assert numbers['edit_moves_total{state="delivered"}'] == 1
    assert numbers['edit_seconds_count{outcome="delivered"}'] == 1
    assert numbers['outgoing_calls_total{service="telegram",status="200"}'] >= 3
    assert numbers["task_looks_total"] >= 1
    assert numbers["edits_unfinished"] <= 1


async def test_two_replicas_take_webhooks_and_handle_what_comes_twice_once(tmp_path: Path, url: str) -> None:
    async with replicas(tmp_path, url, TELEGRAM_WEBHOOK="true") as world:
        members = await world.start(2)
        await until(lambda: len(world.telegram.calls_of("setWebhook")) >= 2)
        world.ask(20)
        await world.all_delivered()
        world.assert_each_paid_and_shown_once()
        owners = await world.rows("SELECT owner, count(*) FROM inbox GROUP BY owner")
        assert {row["owner"] for row in owners} == {member.name for member in members}

        raws = await world.rows("SELECT raw FROM inbox")
        secret = webhook_secret(world.telegram.token)
        for number, row in enumerate(raws):
            answers = [
                await world.client.post(
                    f"{members[(number + each) % 2].url}/telegram",
                    content=row["raw"].encode(),
                    headers={"X-Telegram-Bot-Api-Secret-Token": shown},
                )
                for each, shown in enumerate((secret, secret, "a guess"))
            ]
            assert [answer.status_code for answer in answers] == [200, 200, 403]
        assert await world.value("SELECT count(*) FROM inbox") == len(raws)
        assert await world.value("SELECT count(*) FROM edits") == 20
        assert len(world.nanobanana.creates) == 20
        assert not world.telegram.calls_of("getUpdates")
