"""Each edit has the operation that it needs, and is made from a photo, a result, or words alone."""

from collections.abc import Callable

import pytest

from bot.core.edits import Edit
from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import Size
from bot.core.presets import full_prompt
from bot.core.provider import TaskDone
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.shapes import SQUARE, Ratio
from bot.core.stages import Delivered, Failed, Processing, Submitting, Task
from bot.nanobanana.offer import Offer
from bot.nanobanana.requests import Model
from tests.core.world import World
from tests.factories import NOW, RESULT, TASK, request

OFFER = Offer(Model.NANO_BANANA_2, None, "4K")
FILE = PhotoRef("a file", PhotoKind.DOCUMENT)
SMALL, LARGE = (PhotoRef("a photo", PhotoKind.PHOTO, pixels=n) for n in (1280 * 960, 2560 * 1920))


@pytest.fixture
def world() -> World:
    world = World()
    world.model.operation = lambda *given, **more: str(OFFER.operation(*given, **more))  # type: ignore[method-assign]
    world.model.price = OFFER.prices.__getitem__  # type: ignore[method-assign, assignment]
    world.model.photo_side = OFFER.photo_side  # type: ignore[method-assign]
    return world


def prepared_as(world: World, size: Size) -> None:
    prepare = world.images.prepare

    async def prepared(*given: object, **more: object) -> tuple[bytes, Size]:
        world.images.longest.append(more["longest"])  # type: ignore[arg-type]
        return (await prepare(b"photo"))[0], size

    world.images.prepare = prepared  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("changes", "operation"),
    [
        ({"photos": (SMALL,)}, "1K"),
        ({"photos": (LARGE, SMALL)}, "2K"),
        ({"photos": (FILE,)}, "4K"),
        ({"photos": (FILE,), "shape": Size(1024, 1024)}, "1K"),
        ({"photos": (SMALL,), "shape": Size(3000, 2000)}, "2K"),
        ({"photos": (SMALL,), "shape": Size(4000, 3000)}, "4K"),
        ({"photos": (LARGE,), "shape": Ratio(16, 9)}, "2K"),
        ({"photos": ()}, "1K"),
        ({"photos": (), "shape": Size(2000, 2000)}, "2K"),
        ({"photos": (SMALL,), "resolution": "4K"}, "4K"),
    ],
)
async def test_it_is_admitted_with_what_it_needs_as_far_as_that_is_known(
    world: World, changes: dict[str, object], operation: str
) -> None:
    admitted = await world.service.admit(request(**changes))
    assert isinstance(admitted, Edit)
    assert admitted.operation == f"nano-banana-2 {operation}"


async def test_a_file_takes_what_it_needs_once_it_is_read_and_that_is_what_it_costs(world: World) -> None:
    prepared_as(world, Size(1200, 900))
    held = world.holds(photos=(FILE,), operation="nano-banana-2 4K")
    running = await world.advance(held)
    assert isinstance(running.stage, Processing)
    assert (running.operation, running.credits) == ("nano-banana-2 1K", 8.0)
    assert world.model.orders[0].operation == "nano-banana-2 1K"
    assert world.images.longest == [4096]  # nobody knew


async def test_what_turns_out_larger_than_was_told_takes_no_more_than_was_kept_for_it(world: World) -> None:
    prepared_as(world, Size(4000, 3000))
    running = await world.advance(world.holds(photos=(SMALL,), operation="nano-banana-2 1K"))
    assert (running.operation, running.credits) == ("nano-banana-2 1K", 8.0)
    assert world.images.longest == [2048]


async def test_a_finer_one_takes_the_resolution_that_was_asked_for(world: World) -> None:
    held = world.holds(photos=(SMALL,), operation="nano-banana-2 2K", resolution="2K")
    assert (await world.advance(held)).operation == "nano-banana-2 2K"


async def test_a_task_is_given_up_when_its_own_operation_is(world: World) -> None:
    world.pacing.timeouts = {"slow": 2 * world.pacing.timeout}
    stage = Processing(Task("task-0", NOW))
    slow, usual = (world.holds(operation=name, stage=stage) for name in ("slow", "usual"))
    world.pass_seconds(world.pacing.timeout.total_seconds() + 1)
    assert isinstance((await world.advance(slow)).stage, Processing)
    assert not (await world.advance(usual)).is_active


async def delivered(world: World, held: Edit) -> Edit:
    await world.advance(held)
    world.model.status = TaskDone(("https://result.example/1",), 17.0)
    world.pass_seconds(60)
    return await world.advance(held)


async def test_a_new_picture_is_made_of_words_alone_and_is_a_square(world: World) -> None:
    held = world.holds(command="imagine", words="a lighthouse", photos=())
    ended = await delivered(world, held)
    assert isinstance(ended.stage, Delivered)
    [order] = world.model.orders
    assert (order.prompt, order.photos, order.shape) == ("a lighthouse", (), SQUARE)
    assert not {"download", "prepare", "publish"} & set(world.journal)
    assert world.images.wanted == [SQUARE]
    content = world.chat.replies[0][1].content
    assert isinstance(content, bytes)
    assert content.endswith(b"for nothing")


async def test_a_new_picture_may_have_a_shape(world: World) -> None:
    await delivered(world, world.holds(command="imagine", words="x", photos=(), shape=Ratio(16, 9)))
    assert (world.model.orders[0].shape, world.images.wanted) == (Ratio(16, 9), [Ratio(16, 9)])


async def test_the_task_of_a_new_picture_is_known_by_its_callback(world: World) -> None:
    cut = world.holds(photos=(), stage=Submitting(), submits=1, callback_secret="own", due_at=None)
    world.model.photo_names = {"foreign": "another", "told": "own"}
    assert await world.service.called_back(cut, "foreign") == cut
    assert (await world.service.called_back(cut, "told")).task == Task("told", NOW)


async def test_a_photo_in_another_shape_is_prepared_for_it_and_the_model_is_told(world: World) -> None:
    held = world.holds(command="edit", words="in blue", shape=Ratio(16, 9))
    await delivered(world, held)
    [order] = world.model.orders
    assert order.shape == Ratio(16, 9)
    assert order.prompt == full_prompt("edit", "in blue", reshaped=True) != full_prompt("edit", "in blue")
    assert world.images.wanted == [Ratio(16, 9)] * 2


@pytest.mark.parametrize("shape", [Ratio(3, 2), Size(1200, 800)])
async def test_a_photo_that_has_the_shape_already_is_not_told_to_be_filled_up(
    world: World, shape: Ratio | Size
) -> None:
    prepared_as(world, Size(600, 401))
    await world.advance(world.holds(command="edit", words="in blue", photos=(SMALL,), shape=shape))
    assert world.model.orders[0].prompt == "in blue"


async def test_only_the_first_of_several_photos_is_brought_into_the_shape(world: World) -> None:
    await world.advance(world.holds(photos=(SMALL, LARGE), shape=Ratio(16, 9)))
    assert world.images.wanted == [Ratio(16, 9), None]


@pytest.mark.parametrize(("photos", "told"), [((SMALL, LARGE), 2), ((SMALL,), None)])
async def test_of_several_photos_it_is_told_which_one_cannot_be_read(
    world: World, photos: tuple[PhotoRef, ...], told: int | None
) -> None:
    prepare, read = world.images.prepare, list[object]()

    async def prepared(*given: object, **more: object) -> tuple[bytes, Size]:
        read.append(given)
        if len(read) == len(photos):
            raise PhotoRefused(Reason.UNREADABLE)
        return await prepare(b"photo")

    world.images.prepare = prepared  # type: ignore[method-assign]
    ended = await world.advance(world.holds(photos=photos))
    assert isinstance(ended.stage, Failed)
    assert (ended.stage.reason, ended.stage.photo) == (Reason.UNREADABLE, told)
    assert world.model.orders == []
    assert world.photo_host.hosted == {}


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            Ratio(1, 1),
            lambda size: size.width == size.height and abs(size.pixels - RESULT.size.pixels) < 9000,
        ),
        (Size(300, 200), lambda size: size == Size(300, 200)),
        (None, lambda size: size == RESULT.size),
    ],
)
async def test_a_result_that_is_changed_further_keeps_its_size_or_its_area(
    world: World, shape: Ratio | Size | None, expected: Callable[[Size], bool]
) -> None:
    parent = world.holds(id="p", stage=Delivered(TASK, RESULT, 9, NOW, SMALL), due_at=None)
    ended = await delivered(world, world.holds(parent=parent.id, photos=(SMALL,), shape=shape))
    assert ended.result is not None
    assert expected(ended.result.size)
