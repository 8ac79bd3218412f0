"""New tickets that an agent opens in Slack: the form, empty or from a message, and what comes of it.

The policy decides as it does of a call that is logged; whoever asked hears of it only where the agent
says so. The message that it was made from is tied to the ticket, its files go along, and its address is
in the history.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from bots import phoned
from bots.slack.acts.answering import fault_of, fill
from bots.slack.asks.seeing import link_base
from bots.slack.asks.taking import Origin, check_new, files_in_time, left_out, link_of, message_at, origin_in
from bots.slack.blocks import names
from bots.slack.blocks.modals import FormField, NewFacts, message_view, new_ticket
from bots.slack.calls import Json, SlackFailure
from bots.slack.downloads import Fetched
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.workspaces import MEDIUM
from intake import handle
from intake.decisions import Fate, Receipt
from intake.errors import CommandRefused, ConfigError, StoreUnavailable, TemporaryFailure
from intake.handle import Letter, Setup
from intake.messages import Address
from intake.policies.form import asked_as
from intake.policy import Policy
from intake.tickets import Agent
from store import inbox, posts
from store.people_lists import listed_organisations
from store.posts import Post
from store.work import SqlWork
from store.writes import person_for

ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,255}")
MOST_ORGANISATIONS = 100
ORIGIN_CHANNEL = "phone"  # an agent writes down what somebody asked for
ASKED_BESIDES = frozenset({"subject", "message", "product", "severity"})
EXPECTED = (CommandRefused, ConfigError, StoreUnavailable, SlackFailure, TemporaryFailure)


async def open_new(acting: Acting, call: Call, given: NewFacts | None = None) -> None:
    """Open the form at once, and fill it when what there is to choose from is read."""

    async def made() -> Json:
        setup = call.hands.desk.setup
        return new_ticket(await call.hands.desk.read(lambda work: _facts(work, setup, given)))

    await fill(acting, call, "New ticket", made)


def _facts(work: SqlWork, setup: Setup, given: NewFacts | None) -> NewFacts:
    policy = setup.policy
    known = listed_organisations(work)
    organisations = tuple((str(one.id), one.name) for one in known if one.active)[:MOST_ORGANISATIONS]
    return replace(
        given or NewFacts(()),
        severities=tuple(policy.severities),
        severity=policy.file.default_severity,
        products=tuple(one.name for one in policy.file.product),
        organisations=organisations,
        fields=tuple(_fields(policy)),
    )


def _fields(policy: Policy) -> list[FormField]:
    """What the policy's form asks for besides; required where it opens nothing without it."""
    form = policy.file.form
    asked = dict.fromkeys((*form.required, *form.recommended))
    is_needed = ORIGIN_CHANNEL in form.required_on
    return [
        FormField(name, asked_as(name, form), _choices(name, policy), is_needed and name in form.required)
        for name in asked
        if name not in ASKED_BESIDES
    ]


def _choices(name: str, policy: Policy) -> tuple[str, ...]:
    field = policy.file.form.fields.get(name)
    if field is None:
        return ()
    return ("yes", "no") if field.kind == "yes-no" else field.choices


async def submitted(acting: Acting, call: Call) -> None:
    """The ticket is opened and the form says so, or says at its field what is wrong."""
    try:
        words = await _opened(acting, call)
    except EXPECTED as error:
        at = names.REQUESTER if isinstance(error, CommandRefused | ConfigError) else names.SUBJECT
        await call.ack(response_action="errors", errors={at: fault_of_any(error)[:300]})
        return
    await call.ack(response_action="update", view=message_view("New ticket", words))


def fault_of_any(error: Exception) -> str:
    return (
        "Slack did not answer; try again." if isinstance(error, TemporaryFailure) else fault_of(error).words
    )


async def _opened(acting: Acting, call: Call) -> str:
    view = call.body["view"]
    filled = values_of(view)
    origin = origin_in(names.pressed_in(str(view.get("private_metadata") or "")).word)
    base = await link_base(call.hands)
    setup, agent, now = call.hands.desk.setup, acting.agent, datetime.now(UTC)
    assert agent
    said = _call(view, filled)
    home = await call.hands.speaking.home()
    place = f"{home}/{origin.channel}"
    message = await message_at(call, origin) if origin.ts else {}
    fetched = await files_in_time(call.hands.downloads, home, message)

    def opened(work: SqlWork) -> str:
        return open_from(work, setup, agent, said, place, origin, base, now, filled=filled, fetched=fetched)

    return await call.hands.desk.write(opened)


def open_from(
    work: SqlWork,
    setup: Setup,
    agent: Agent,
    said: phoned.Call,
    place: str,
    origin: Origin,
    base: str,
    now: datetime,
    delivery: int = 0,
    filled: Mapping[str, str] = MappingProxyType({}),
    fetched: Fetched = Fetched(),  # noqa: B008  it is frozen
) -> str:
    """Open a ticket of what was said, and tie the message that it came from to it; what is said of it."""
    known = posts.post_at(work, MEDIUM, place, origin.ts) if origin.ts else None
    if known and known.ticket:
        raise CommandRefused(
            f"that message is on {_reference(setup, known.ticket)} already; see /ticket show {known.ticket}"
        )
    if delivery:
        inbox.settle(work, delivery)
    chosen = filled.get(names.ORGANISATION, "")
    if origin.ts:
        check_new(work, place, said.sender, int(chosen) if chosen.isdigit() else 0)
    receipt = _received(work, setup, agent, said, filled, fetched, now)
    if origin.ts:
        _tie(work, receipt, place, origin, link_of(base, place, origin.ts), agent, now)
    return f"{_reference(setup, receipt.ticket)} is open. {receipt.because}{left_out(fetched)}"


def _received(
    work: SqlWork,
    setup: Setup,
    agent: Agent,
    said: phoned.Call,
    filled: Mapping[str, str],
    fetched: Fetched,
    now: datetime,
) -> Receipt:
    said = replace(said, text=f"{said.text}{left_out(fetched)}")
    inbound = phoned.logged_call(work, setup, agent, said, now)
    inbound = replace(inbound, attachments=fetched.attachments, defects=fetched.defects)
    organisation = filled.get(names.ORGANISATION, "")
    if organisation.isdigit() and work.person(said.sender) is None and work.organisation(int(organisation)):
        person_for(work, Address("", said.sender), int(organisation), agent.email, now)
    letter = Letter(None, inbound, files=fetched.files, tells_sender=bool(filled.get(names.TELL)))
    receipt = handle.receive_in(work, letter, setup, now)
    if receipt.fate is not Fate.OPEN:
        raise CommandRefused(
            receipt.because or "the policy opens no ticket of it; answer them where they wrote"
        )
    work.note(receipt.ticket, now, agent.email, "opened", "in Slack", receipt.message)
    return receipt


def _tie(
    work: SqlWork, receipt: Receipt, place: str, origin: Origin, link: str, agent: Agent, now: datetime
) -> None:
    """The message belongs to the ticket from now on, and where it stands can be read back."""
    post = Post(MEDIUM, place, origin.ts, "source", now, receipt.ticket, origin.thread, receipt.message)
    posts.record(work, post)
    work.note(receipt.ticket, now, agent.email, "source", link, receipt.message)


def _call(view: Json, filled: Mapping[str, str]) -> phoned.Call:
    sender = filled.get(names.REQUESTER, "").strip()
    if not ADDRESS.fullmatch(sender):
        raise CommandRefused(f"{sender[:60]!r} is no address; write one such as ana@acme.example")
    fields = {name.removeprefix(names.FIELD): text for name, text in filled.items() if is_field(name, text)}
    if product := filled.get(names.PRODUCT, ""):
        fields["product"] = product
    said = json.dumps([view["id"], sorted(filled.items())])
    return phoned.Call(
        sender,
        filled.get(names.SUBJECT, ""),
        filled.get(names.TEXT, ""),
        ORIGIN_CHANNEL,
        filled.get(names.SEVERITY_OF_NEW, ""),
        fields,
        identity=hashlib.sha256(said.encode()).hexdigest(),
    )


def is_field(name: str, text: str) -> bool:
    return name.startswith(names.FIELD) and bool(text)


def values_of(view: Json) -> dict[str, str]:
    """What was filled into a form, by the names of its fields; of boxes, those that are ticked."""
    found = {}
    for blocks in view["state"]["values"].values():
        for name, element in blocks.items():
            found[name] = _value(element)
    return found


def _value(element: Json) -> str:
    chosen = element.get("selected_option")
    if chosen:
        return str(chosen["value"])
    if ticked := element.get("selected_options"):
        return " ".join(str(one["value"]) for one in ticked)
    return str(element.get("value") or element.get("selected_conversation") or "")


def _reference(setup: Setup, number: int) -> str:
    return setup.policy.file.reference.format(number=number)


LISTENERS = (Listener(Kind.VIEW, names.VIEW_NEW, submitted),)
