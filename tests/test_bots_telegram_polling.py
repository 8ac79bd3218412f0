"""Updates by polling: kept before the offset moves, in the order of their chat, none twice, none fatal."""

from telegram_world import Echo, in_world


def test_what_is_written_is_kept_decided_and_answered_in_its_order(tmp_path):
    async def scenario(world):
        for number in range(5):
            await world.telegram.send(world.anna, f"a{number}")
            await world.telegram.send(world.bob, f"b{number}")
        await world.until(lambda: len(world.kept()) == 10)
        await world.until(lambda: world.said(world.anna) and world.said(world.bob))
        return [one.text for one in world.kept() if one.place == world.place(world.anna)]

    assert [f"a{number}" for number in range(5)] == in_world(tmp_path, scenario, Echo())
