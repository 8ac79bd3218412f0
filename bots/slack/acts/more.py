"""The menu on the card with what is done less often: a choice in it means what the button means."""

from collections.abc import Mapping

from bots.slack.acts.answering import answering
from bots.slack.acts.card import at_once
from bots.slack.acts.details import open_details
from bots.slack.acts.doing import chosen
from bots.slack.acts.opening import FORMS, open_form
from bots.slack.blocks import names
from bots.slack.listening import Act, Acting, Call, Kind, Listener
from intake.errors import CommandRefused

CHOICES: Mapping[str, Act] = {
    **{name: open_form(name) for name in FORMS},
    names.SPAM: at_once(names.SPAM),
    names.DETAILS: open_details,
}


async def choose(acting: Acting, call: Call) -> None:
    if act := CHOICES.get(chosen(call)):
        await act(acting, call)
        return
    async with answering(acting, call):
        raise CommandRefused("there is no such act; open the menu on the card again")


LISTENERS = (Listener(Kind.ACTION, names.MORE, choose),)
