"""Play as people use it. Each test is a longer scene: a bot and a browser take seconds to start."""

from pathlib import Path

from playwright.async_api import expect

from bot.sandbox.play.transcript import transcript
from tests.browser.desk import NARROW, WIDE, Desk, desk, needs_chromium
from tests.harness.pictures import picture

pytestmark = needs_chromium
PHOTO = picture(301, 203, "PNG")


async def test_in_private_with_the_mouse_and_on_a_narrow_screen_with_the_keyboard_alone(
    tmp_path: Path,
) -> None:
    async with desk(WIDE) as at:
        await mouse(at)
        async with at.another(NARROW) as narrow:
            await keyboard_alone(narrow)
        await the_chat_can_be_saved(at, tmp_path / "chat.html")


async def mouse(at: Desk) -> None:
    await at.page.get_by_role("button", name="Start", exact=True).click()
    await expect(at.page.locator(".theirs .text").first).to_contain_text("NanoBanana")
    await at.drops(PHOTO)
    await at.writes("/sketch")
    await at.photos_of_the_bot.nth(1).wait_for()  # the first one is the welcome's
    assert await at.pixels(at.photos_of_the_bot.nth(1)) == (301, 203)
    await expect(at.page.locator(".task.done")).to_have_count(1)

    await at.page.locator(".theirs .photo").last.click()
    await expect(at.page.locator("#pixel-size")).to_contain_text("301 × 203 pixels")
    await at.page.keyboard.press("Escape")

    await at.page.locator(".theirs .message:has(.photo) .quote").last.click()
    await expect(at.page.locator(".own .message:focus")).to_have_count(1)

    await at.page.locator(".key", has_text="Again").click()
    await expect(at.photos_of_the_bot).to_have_count(3)

    await at.drops(PHOTO)
    await at.drops(PHOTO, "other.png")
    await at.writes("/comic")
    await expect(at.page.locator(".own.album .photo")).to_have_count(2)
    assert await at.page.locator(".own.album .photo").evaluate_all(
        "all => all.every(each => each.getBoundingClientRect().right"
        " < each.closest('.block').querySelector('.bubble').getBoundingClientRect().right)"
    )
    await at.photos_of_the_bot.nth(4).wait_for()


async def the_chat_can_be_saved(at: Desk, file: Path) -> None:
    """One file, opened from the disk."""
    world, ada = at.stage.world, next(iter(at.stage.people))
    file.write_text(transcript(world.events, ada, ada, world.files.read, subtitle="of a test"))
    await at.page.goto(file.as_uri())
    assert await at.pixels(at.photos_of_the_bot.nth(1)) == (301, 203)
    await expect(at.page.locator(".own.album .photo")).to_have_count(2)
    await at.page.locator(".states summary").first.click()
    await expect(at.page.locator(".states li").first).to_be_visible()


async def keyboard_alone(at: Desk) -> None:
    """A photo of the samples, a command from the menu, a reaction: as Bruno, who has sent nothing yet."""
    page, keys = at.page, at.page.keyboard
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW[0]
    await page.locator("#show-people").focus()
    for key in ("Enter", "Tab", "Enter", "Escape"):
        await keys.press(key)
    await expect(page.locator("#show-people")).to_be_focused()
    await expect(page.locator(".sample")).to_have_count(3)
    await page.locator(".skip").focus()
    await keys.press("Enter")  # skips to the message field
    await expect(at.words).to_be_focused()
    await keys.press("Shift+Tab")
    await keys.press("Enter")
    await keys.press("ArrowUp")  # the last of the samples
    await keys.press("Enter")
    await expect(page.locator(".piece")).to_have_count(1)
    await keys.type("/pixel")
    await expect(page.get_by_role("option")).to_have_count(1)
    await keys.press("Enter")
    await keys.press("Enter")
    await at.photos_of_the_bot.first.wait_for()
    await expect(page.locator(".theirs .photo .size")).to_have_text("960 × 960")
    await expect(page.locator("#live")).to_contain_text("NanoBanana: ")

    await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)  # the card has made way
    await page.locator(".message").last.focus()
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await keys.press("Enter")  # the first reaction
    await expect(page.locator(".own .reactions button")).to_have_attribute("aria-pressed", "true")

    await expect(page.locator("#people")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == NARROW[0]


async def test_in_a_group_only_who_asked_presses_and_a_restart_loses_nothing() -> None:
    async with desk(WIDE) as at:
        slow = at.page.get_by_role("switch", name="Slow")
        await slow.check()
        await at.goes_to("Painters")
        await at.page.get_by_role("tab", name="Holidays").click()
        await at.drops(PHOTO)
        await at.writes("/watercolor@nanobanana_bot")
        await at.page.locator(".task.running").wait_for()
        await at.page.get_by_role("button", name="Kill").click()
        await expect(at.page.locator("#subtitle")).to_contain_text("the bot is stopped")
        await at.page.get_by_role("button", name="Start", exact=True).click()
        await at.page.get_by_role("button", name="Finish now").click()
        await slow.uncheck()
        await at.photos_of_the_bot.first.wait_for()
        await expect(at.page.locator(".task")).to_have_count(1)

        await at.becomes("Bruno")
        await at.page.locator(".key", has_text="Again").click()
        await expect(at.page.get_by_role("alertdialog")).to_contain_text("Seule la personne")
        await at.page.get_by_role("button", name="OK").click()
        await expect(at.page.locator(".task")).to_have_count(1)

        await at.page.get_by_role("switch", name="Bruno is an administrator").check()
        await at.words.press_sequentially("/sk")
        await expect(at.page.get_by_role("option")).to_contain_text(["/sketch"])
        await at.words.press("Tab")
        await expect(at.words).to_have_value("/sketch@nanobanana_bot ")
        await at.page.get_by_label("The next task: it").select_option("refuses it")
        await at.page.locator(".message:has(.quote) .more").last.focus()
        await at.page.keyboard.press("Enter")
        await at.page.get_by_role("menuitem", name="Reply").click()
        await at.words.press("Enter")
        await at.page.locator(".task.failed").wait_for()


async def test_what_the_bot_may_in_a_group_is_taken_from_it_and_given_back() -> None:
    async with desk(WIDE) as at:
        page = at.page
        await at.goes_to("Painters")
        await page.get_by_text("What the bot itself may").click()
        photos, files, messages = (
            page.get_by_role("switch", name=name) for name in ("Send photos", "Send files", "Send messages")
        )
        await photos.uncheck()
        await at.drops(PHOTO)
        await at.writes("/sketch@nanobanana_bot")
        await page.locator(".theirs .file").wait_for()  # as a file, where photos are not allowed
        await expect(at.photos_of_the_bot).to_have_count(0)
        await files.uncheck()
        await at.drops(PHOTO)
        await at.writes("/oil@nanobanana_bot")
        await expect(page.locator(".theirs .text").last).to_contain_text("may not send")
        await messages.uncheck()
        await at.drops(PHOTO)
        await at.writes("/comic@nanobanana_bot")
        for right in (messages, files, photos):
            await right.check()
        await expect(photos).to_be_checked()
        await at.drops(PHOTO)
        await at.writes("/anime@nanobanana_bot")
        await at.photos_of_the_bot.first.wait_for()
        await expect(page.locator(".task")).to_have_count(2)  # nothing was paid where nothing can be sent

        await page.get_by_role("tab", name="Holidays").click()
        await page.get_by_role("switch", name="This topic is closed").check()
        await expect(page.get_by_role("tab", name="Holidays (closed)")).to_be_visible()
        await at.becomes("Bruno")
        await at.writes("hello")
        await expect(page.locator(".toast").last).to_contain_text("is closed")
        assert len(at.wrong) == 1, at.wrong  # Chromium notes a refusal by itself
        assert "409" in at.wrong.pop()
        await page.get_by_role("switch", name="This topic is closed").uncheck()
        await at.writes("hello again")
        await expect(page.locator(".own .text").last).to_have_text("hello again")


async def test_a_task_shows_every_photo_that_was_sent_to_it() -> None:
    async with desk(WIDE) as at:
        await at.drops(PHOTO)
        await at.drops(picture(120, 200, "PNG"), "other.png")
        await at.writes("/combine put them together")
        await at.page.locator(".task.done").wait_for()
        shown = at.page.locator(".task .pair img")
        await expect(shown).to_have_count(3)
        assert [await at.pixels(shown.nth(number)) for number in (0, 1)] == [(301, 203), (120, 200)]
        await expect(shown.nth(1)).to_have_attribute("alt", "Photo 2 as sent")
