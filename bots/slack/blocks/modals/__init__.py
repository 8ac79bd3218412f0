"""The modals: each a function from frozen facts to a view.

A caller opens `loading` at once and replaces it when the facts are read. The ids of what comes
back stand in `blocks.names`; the input of each block has the block's own name.
"""

from bots.slack.blocks.modals.choices import (
    AssignFacts,
    add_to,
    assign,
    close,
    escalate,
    merge,
    other_way,
    out_of_scope,
    redact,
    refuse,
    snooze,
)
from bots.slack.blocks.modals.details import DetailsFacts, Entry, details
from bots.slack.blocks.modals.frame import loading, message_view
from bots.slack.blocks.modals.reply import (
    ReplyFacts,
    closing,
    not_closed,
    reply,
    reply_preview,
    solve_anyway,
    undo,
    undone,
)
from bots.slack.blocks.modals.settings import SettingsFacts, settings
from bots.slack.blocks.modals.tickets import FormField, NewFacts, add_message, log_call, new_ticket

__all__ = [
    "AssignFacts",
    "DetailsFacts",
    "Entry",
    "FormField",
    "NewFacts",
    "ReplyFacts",
    "SettingsFacts",
    "add_message",
    "add_to",
    "assign",
    "close",
    "closing",
    "details",
    "escalate",
    "loading",
    "log_call",
    "merge",
    "message_view",
    "new_ticket",
    "not_closed",
    "other_way",
    "out_of_scope",
    "redact",
    "refuse",
    "reply",
    "reply_preview",
    "settings",
    "snooze",
    "solve_anyway",
    "undo",
    "undone",
]
