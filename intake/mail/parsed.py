"""What `deskbell parse --json` prints for one mail: the keys are a contract with other programs."""

from datetime import UTC, datetime
from typing import Any

from intake.errors import UnreadableMessage
from intake.mail import read_mail
from intake.messages import Address, Inbound, Raw, Report

_CLASSES = {"failed": "5.0.0", "": "5.0.0", "delayed": "4.0.0"}  # "other undefined status" (RFC 3463 §3.1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def parsed(raw: Raw) -> dict[str, Any]:
    """A mail as the contract has it; one that cannot be read has `error` as well."""
    try:
        return as_contract(read_mail(raw))
    except UnreadableMessage as error:
        return unreadable(str(error))


def unreadable(reason: str) -> dict[str, Any]:
    """The line of a mail that cannot be read: everything empty, and why."""
    return as_contract(Inbound(channel="email", identity="", received_at=_NEVER, sender_count=0)) | {
        "error": reason
    }


def as_contract(inbound: Inbound) -> dict[str, Any]:
    """A mail that was read, in the words of the contract."""
    why = inbound.automatic or inbound.bulk
    return {
        "from": _address(inbound.sender) if inbound.sender else None,
        "to": [_address(one) for one in inbound.to],
        "cc": [_address(one) for one in inbound.cc],
        "subject": inbound.subject,
        "date": inbound.date.isoformat() if inbound.date else None,
        "message_id": inbound.message_id,
        "in_reply_to": inbound.in_reply_to or None,
        "references": list(inbound.references),
        "text": inbound.text,
        "reply": inbound.reply,
        "attachments": [
            {
                "filename": file.filename,
                "content_type": file.content_type,
                "size": file.size,
                "sha256": file.sha256,
                "inline": file.inline,
            }
            for file in inbound.attachments
        ],
        "auto_generated": {"value": bool(why), "reason": why},
        "bounce": _bounce(inbound.report) if inbound.report else None,
    }


def _address(one: Address) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _bounce(report: Report) -> dict[str, Any]:
    """The first recipient that failed stands for the report, the others follow in a list."""
    rows = [
        {
            "recipient": row.recipient,
            "status": row.status or _CLASSES.get(row.action, ""),
            "action": row.action,
        }
        for row in report.recipients
    ]
    first = next((row for row in rows if row["action"] in ("failed", "")), rows[0] if rows else {})
    return {
        "is_bounce": True,
        "recipient": first.get("recipient", ""),
        "status": first.get("status", ""),
        "action": first.get("action", ""),
        "recipients": rows,
    }
