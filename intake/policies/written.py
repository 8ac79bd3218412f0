"""What may be written in a policy file: its tables, their keys and their defaults.

Nothing is decided here. `intake.policy` reads these into calendars, amounts and reminders,
`intake.policies.checks` says what is wrong with them.
"""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from intake.mistakes import Number, Whole, Written, YesNo

Terminal = Literal["append", "open", "refuse", "hold", "ignore"]
Channel = Literal["email", "telegram", "slack", "portal", "api", "phone", "facebook"]
Told = Literal["agents", "managers", "administrators", "account-manager"]
Settable = Literal["severity", "severity_at_least", "severity_at_most", "team", "status", "clocks"]


class SeverityFile(Written):
    """How bad for them; targets are amounts such as "30m", "same business day", "5 business days"."""

    name: str = Field(min_length=1)
    means: tuple[str, ...] = ()
    first_response: str = ""
    next_response: str = ""
    resolution: str = ""
    remind: tuple[str, ...] = ()  # when agents are reminded
    chain: tuple[Literal["assignee", "team", "manager"], ...] = ()  # who is, in turn; empty: all agents
    escalate: tuple[str, ...] = ()  # at which of these moments the ticket is escalated
    tell_customer: tuple[str, ...] = ()  # at which of these moments the requester is told too
    runs: Literal["business hours", "24x7"] = "business hours"  # when reminders may ring


class FieldFile(Written):
    """One field of the form; `choices` may have other spellings in `also`."""

    kind: Literal["text", "choice", "version", "yes-no", "severity", "product"] = "text"
    asks: str = ""  # how it is asked for, the name where it is empty
    choices: tuple[str, ...] = ()
    also: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class FormFile(Written):
    """What a new ticket needs; `required_on` are the channels that open nothing without it."""

    required: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    required_on: tuple[Channel, ...] = ("portal", "api", "telegram", "slack")
    fields: dict[str, FieldFile] = Field(default_factory=dict)


class ReleaseFile(Written):
    """A version of a product, such as "3.1" for 3.1 and every 3.1.x; `ends` is its last day of support."""

    version: str
    ends: date | None = None
    patched: YesNo = False  # whether critical bugs in it still get patches
    platforms: tuple[str, ...] = ()  # those it is supported on; empty: not said
    databases: tuple[str, ...] = ()


class CreditFile(Written):
    """What an organisation gets back for a month below an uptime."""

    below: Number = Field(gt=0, le=100)  # per cent
    credit: Number = Field(ge=0, le=100)  # per cent of the month's price


class ProductFile(Written):
    """Something that is supported; `team` gets its tickets, `uptime` is the monthly guarantee in per cent."""

    name: str = Field(min_length=1)
    also: tuple[str, ...] = ()
    team: str = ""
    uptime: Number | None = Field(None, gt=0, le=100)
    credits: tuple[CreditFile, ...] = ()
    release: tuple[ReleaseFile, ...] = ()


class TeamFile(Written):
    """A queue; what a protected one gets is read by its own agents and the managers only."""

    name: str = Field(min_length=1)
    protected: YesNo = False


class ScopeFile(Written):
    """A reason why something is out of scope: what the requester is told, and who takes it on."""

    name: str = Field(min_length=1)
    says: str = Field(min_length=1)
    team: str = ""


class LifecycleFile(Written):
    """`reopen_within_days` after solving a follow-up finds condition grace "within", then "over"."""

    reopen_within_days: Whole = Field(14, ge=0, le=3650)
    close_solved_after_days: Whole = Field(14, ge=0, le=3650)  # 0: only agents close
    survey_at_close: YesNo = False  # whoever closes may say otherwise


class MaintenanceFile(Written):
    """How maintenance is announced; `low_traffic` are hours in a calendar's form."""

    notice_hours: Whole = Field(72, ge=0, le=8760)
    calendar: str = ""  # whose zone low_traffic is in; empty: the default calendar
    low_traffic: dict[str, Any] = Field(default_factory=dict)


class LinksFile(Written):
    """Where texts send people; each may stand in a text as {name}."""

    knowledge_base: str = ""
    renewal: str = ""
    feature_requests: str = ""
    security: str = ""
    status_page: str = ""


class RuleFile(Written):
    """One line of the policy; the first whose `then` is terminal wins, all else adds up on the way.

    `because`, `remark` and `warning` may hold the placeholders of `intake.fillings`.
    """

    name: str = Field(min_length=1)
    when: dict[str, Any] = Field(default_factory=dict)
    unless: dict[str, Any] = Field(default_factory=dict)
    then: Terminal | None = None
    reply: str = ""
    set: dict[Settable, str] = Field(default_factory=dict)
    notify: tuple[Told, ...] = ()
    escalate: YesNo = False
    remark: str = ""  # for the sender, in the acknowledgement
    warning: str = ""  # for the agents
    because: str


class PolicyFile(Written):
    title: str = Field(min_length=1)
    reference: str = "#{number}"
    default_severity: str
    default_calendar: str
    follow_ups: Literal["organisation", "participants"] = "organisation"
    customers_choose_severity: YesNo = False
    calendars: dict[str, dict[str, Any]]
    severity: tuple[SeverityFile, ...] = Field(min_length=1, max_length=100)
    form: FormFile = FormFile()
    lifecycle: LifecycleFile = LifecycleFile()
    maintenance: MaintenanceFile = MaintenanceFile()
    links: LinksFile = LinksFile()
    product: tuple[ProductFile, ...] = ()
    team: tuple[TeamFile, ...] = ()
    out_of_scope: tuple[ScopeFile, ...] = ()
    rule: tuple[RuleFile, ...] = Field(min_length=1, max_length=1000)
