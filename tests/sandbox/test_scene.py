from bot.sandbox.scene import paint_scene


def test_the_scene_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = (paint_scene(320, 213, seed) for seed in (7, 7, 8))
    assert first.size == (320, 213)
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
