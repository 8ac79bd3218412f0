"""What is asked before any policy: doubts that hold a message, and pages of tickets that are not theirs."""

import pytest

from builders import ANA, EVE, a_desk, a_ticket, an_inbound
from intake.context import Context
from intake.messages import Assurance
from intake.tickets import Agent
from intake.trust import distrusted, of_no_ticket

SAM = Agent(1, "Sam", "sam@vendor.example")
PROVEN, UNPROVEN = Assurance.ALIGNED, Assurance.NONE


@pytest.mark.parametrize(
    ("context", "channel", "doubt"),
    [
        ({"ticket": a_ticket(), "person": ANA, "may_follow_up": True, "assurance": PROVEN}, "email", None),
        ({"ticket": a_ticket(), "person": ANA, "may_follow_up": True}, "email", "unproven-sender"),
        ({"ticket": a_ticket(), "person": ANA, "may_follow_up": True}, "portal", None),
        ({"ticket": a_ticket(), "person": EVE, "assurance": PROVEN}, "email", "pending-participant"),
        ({"ticket": a_ticket(), "person": EVE}, "email", "pending-participant"),
        ({"ticket": a_ticket(), "agent": SAM, "assurance": PROVEN}, "email", "agent-without-token"),
        ({"ticket": a_ticket(), "agent": SAM, "assurance": PROVEN}, "portal", None),
        ({"rivals": (1, 2), "person": ANA, "assurance": PROVEN}, "email", "several-tickets"),
        ({"person": ANA}, "email", None),  # about no ticket: the policy says
    ],
)
def test_the_first_doubt_names_why_a_message_is_held(context, channel, doubt):
    decision = distrusted(an_inbound(channel=channel), Context(a_desk(), **context))

    assert doubt == (decision and decision.rule)


@pytest.mark.parametrize(
    ("number", "context", "channel", "said"),
    [
        (0, {"assurance": PROVEN}, "portal", None),  # for a new ticket
        (7, {"assurance": PROVEN, "ticket": a_ticket()}, "portal", None),
        (7, {"assurance": UNPROVEN}, "portal", None),  # is told to sign in
        (7, {"assurance": PROVEN}, "portal", ("refused",)),
        (7, {"assurance": PROVEN}, "api", ("refused",)),
        (7, {"assurance": Assurance.LINKED}, "telegram", ("refused",)),
        (7, {"assurance": Assurance.SIGNED_IN}, "phone", ()),  # the agent's slip
    ],
)
def test_the_page_of_a_ticket_that_they_may_not_see_opens_nothing(number, context, channel, said):
    inbound = an_inbound(channel=channel, ticket_number=number)
    decision = of_no_ticket(inbound, Context(a_desk(), **context))

    assert said == (decision and tuple(one.name for one in decision.notices))
