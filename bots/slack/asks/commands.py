"""`/ticket`: reads what was typed, does it or looks it up, and answers whoever typed it alone.

Each command is a row of the table: what changes a ticket goes through `asks.changes`, what opens a form
opens it first, because the trigger that it needs lives three seconds. Answers are ephemeral, so
that each agent sees there what that agent may see, in whatever channel they type.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from bots.slack import blocks
from bots.slack.acts.doing import seen_ticket
from bots.slack.apologies import reference_of
from bots.slack.asks import direct, forms, me, settings_modal
from bots.slack.asks.answering import answered
from bots.slack.asks.changes import ACTS, change
from bots.slack.asks.filters import nearest
from bots.slack.asks.queued import listed
from bots.slack.asks.rows import replied
from bots.slack.asks.seeing import hidden_from, link_base, links_of, rows_of
from bots.slack.asks.typed import Asked, Wrong, read
from bots.slack.blocks import CardFacts, HomeFacts, Message, errors, lists
from bots.slack.blocks.errors import refusal
from bots.slack.listening import Acting, Call, Kind, Listener
from bots.slack.reading import plain_text
from intake.errors import CommandRefused
from intake.tickets import Agent
from store import found
from store.work import SqlWork

Answer = Callable[[Acting, Call, Asked], Awaitable[Message | None]]
NOBODY = ("nobody", "none", "-")
ME = "me"
WHOM = (*NOBODY, ME)


async def ticket(acting: Acting, call: Call) -> None:
    """The command itself."""
    asked = read(str(call.payload.get("text") or ""))

    async def answer(acting: Acting, call: Call) -> Message | None:
        if isinstance(asked, Wrong):
            return refusal(errors.bad_command(asked.name, reference_of("no such command"), asked.why))
        return await ANSWERS[asked.name](acting, call, asked)

    await answered(acting, call, answer)


async def _help(acting: Acting, call: Call, asked: Asked) -> Message:
    return lists.help_text(call.hands.desk.setup.policy.file.reference)


async def _changed(acting: Acting, call: Call, asked: Asked) -> Message:
    return lists.words(await change(call.hands.desk, _agent(acting), asked))


async def _assigned(acting: Acting, call: Call, asked: Asked) -> Message:
    """To an agent whom Slack knows by id, to one by name or address, to a team, or to nobody."""
    if asked.team:
        return lists.words(await change(call.hands.desk, _agent(acting), asked))
    whom = await _whom(acting, call, asked)
    return lists.words(await change(call.hands.desk, _agent(acting), asked, whom))


async def _whom(acting: Acting, call: Call, asked: Asked) -> Agent | None:
    if asked.user:
        if found := await call.hands.staff.agent(acting.team, asked.user):
            return found
        raise CommandRefused("they are no agent of this desk; /ticket assign ID @agent")
    if asked.text.lower() in NOBODY:
        return None
    if asked.text.lower() == ME:
        return acting.agent
    agents = await call.hands.desk.read(lambda work: work.agents())
    by_name = {word.lower(): one for one in agents for word in direct.names_of(one)}
    if found := by_name.get(asked.text.lower()):
        return found
    raise CommandRefused(f"no agent {asked.text[:40]!r}; {nearest(asked.text, by_name, WHOM)}")


async def _noted(acting: Acting, call: Call, asked: Asked) -> Message:
    """The note names people as they are called; those who are mentioned hear of it directly."""
    mentioned = await direct.mentioned(acting, call, asked.text)
    said = replace(asked, text=plain_text(direct.with_names(asked.text, mentioned)))
    words = await change(call.hands.desk, _agent(acting), said)
    await direct.tell_of_note(acting, call, said, mentioned)
    return lists.words(words)


async def _shown(acting: Acting, call: Call, asked: Asked) -> Message:
    setup, now, agent = call.hands.desk.setup, datetime.now(UTC), _agent(acting)
    base = await link_base(call.hands)

    def facts(work: SqlWork) -> tuple[CardFacts, str]:
        ticket = seen_ticket(work, asked.ticket, agent, setup.policy)
        link = links_of(work, [ticket.number], base).get(ticket.number, "")
        return blocks.card_facts(work, ticket, setup, now, channel_team=ticket.team), link

    return lists.show(*await call.hands.desk.read(facts))


async def _found(acting: Acting, call: Call, asked: Asked) -> Message:
    setup, now, agent = call.hands.desk.setup, datetime.now(UTC), _agent(acting)
    base = await link_base(call.hands)

    def looked(work: SqlWork) -> Message:
        hidden = hidden_from(agent, setup.policy)
        result = found.find(work, asked.text, agent.id, hidden, lists.MOST_ROWS)
        rows = rows_of(work, list(result.numbers), setup.policy, base, now)
        made = lists.found(asked.text, rows, HomeFacts(now, severities=tuple(setup.policy.severities)))
        if result.since is None:
            return made
        words = f"Messages since {result.since:%Y-%m-%d} were looked through; name more to find older ones."
        return replace(made, blocks=(*made.blocks, *lists.words(words).blocks))

    return await call.hands.desk.read(looked)


async def _new(acting: Acting, call: Call, asked: Asked) -> None:
    await forms.open_new(acting, call)


async def _settings(acting: Acting, call: Call, asked: Asked) -> Message | None:
    return await settings_modal.opened(acting, call)


def _agent(acting: Acting) -> Agent:
    assert acting.agent  # whoever is none does not get here
    return acting.agent


ANSWERS: dict[str, Answer] = {
    **dict.fromkeys(ACTS, _changed),
    "assign": _assigned,
    "note": _noted,
    "help": _help,
    "list": listed,
    "show": _shown,
    "find": _found,
    "new": _new,
    "reply": replied,
    "me": me.shown,
    "settings": _settings,
}
LISTENERS = (Listener(Kind.COMMAND, "/ticket", ticket),)
