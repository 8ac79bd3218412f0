"""`deskbell outbox`: what was promised and is not out, or could not be handed over."""

from __future__ import annotations

from typing import Annotated

import typer

from bots.console import in_zone, open_desk, show

app = typer.Typer(help="Look at the outbox; send again or drop.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The promise's number.")]
COLUMNS = ("id", "state", "notice", "to", "subject", "attempts", "next_try", "error")


@app.command(name="list")
def listed(
    state: Annotated[
        str, typer.Option("--state", help="pending, claimed, sent, held, failed, dropped.")
    ] = "",
    as_json: Json = False,
) -> None:
    """List promises, the newest first; without --state those that are not settled."""
    with open_desk() as wired:
        from bots.commands.acts import one_of
        from store import outbox
        from store.tables import Sending

        chosen = one_of(Sending, state, "--state") if state else None
        with wired.store.reading() as work:
            rows = outbox.listed(work, chosen)
        settled = () if chosen else (Sending.SENT, Sending.DROPPED)
        unsettled = (_line(row) for row in rows if row.state not in settled)
        shown = in_zone(unsettled, ("next_try", "sent"), wired.desk.timezone, as_json)
        show(shown, COLUMNS, as_json, "Nothing waits to be sent.")


@app.command()
def retry(number: Number) -> None:
    """Send a held or failed promise again, as soon as may be."""
    from datetime import UTC, datetime

    from store import outbox

    _settled(number, "will be sent again", lambda work: outbox.retry(work, number, datetime.now(UTC)))


@app.command()
def drop(number: Number) -> None:
    """Give up a promise that has not been sent."""
    from store import outbox

    _settled(number, "is dropped", lambda work: outbox.drop(work, number))


def _settled(number: int, said: str, act: object) -> None:
    with open_desk() as wired:
        from intake.errors import CommandRefused

        assert callable(act)
        with wired.store.begin() as work:
            if not act(work):
                raise CommandRefused(f"promise {number} cannot be sent or dropped (again); see `outbox list`")
        typer.echo(f"promise {number} {said}")


def _line(row: object) -> dict[str, object]:
    from store.outbox import Promise

    assert isinstance(row, Promise)
    return {
        "id": row.id,
        "state": row.state,
        "notice": row.outbound.notice,
        "to": row.outbound.recipient.address,
        "subject": row.outbound.subject,
        "ticket": row.outbound.ticket_number,
        "message_id": row.outbound.message_id,
        "attempts": row.attempts,
        "next_try": row.next_at if row.state in ("pending", "claimed") or row.held_for == "budget" else None,
        "sent": row.sent_at,
        "held_for": row.held_for,
        "error": row.error,
    }
