"""What is promised where an operator's template cannot be worded: the notice waits, the message is kept."""

import pytest

from attack_world import EVE, KEYS, World, mail
from bots.wiring import load_policy, set_up
from store.tables import Sending


@pytest.mark.parametrize("words", ["{{ dew }}", "{% if decided %}{{ dew }}{% endif %}"])
def test_a_notice_that_cannot_be_worded_in_all_its_forms_waits_and_the_message_is_held(tmp_path, words):
    world = World(has_triage=True)
    folder = tmp_path / "en" / "slack"
    folder.mkdir(parents=True)
    (folder / "agent-held.md").write_text(f"Subject: Held\n\n{words}\n")
    world.setup = set_up(world.desk, load_policy("wildix"), KEYS, str(tmp_path))
    anas = world.setup.addresses.reply_address("reply", 1001, world.ticket().requester.id, world.now)
    fate = world.fate(mail(sender=EVE), anas)
    held = world.row("agent-held")

    assert ("hold", "pending-participant", 1001) == fate
    assert (Sending.HELD, True) == (held.state, "dew" in held.error)
