"""What the router is told besides the message: who wrote, and which tickets were named."""

from dataclasses import dataclass

from intake.budgets import Flood
from intake.decisions import Evidence
from intake.messages import Assurance
from intake.tickets import Agent, Desk, Organisation, Person, Returned, Survey, Ticket
from intake.tokens import Token


@dataclass(frozen=True, slots=True)
class Context:
    """Everything known before a decision, read in one transaction.

    `person` may have id 0: an aligned sender at a listed domain whom nobody has recorded yet.
    `evidence` is in order of strength; `ticket` is the one that the evidence settled on.
    `rivals` holds the numbers when evidence of one strength names more than one ticket.
    `predecessor` is the ticket that a form names, if its sender may see it.
    `colleagues` is everybody of the sender's organisation, read only where the policy asks for them.
    `agent_token` is set when the message came to an agent's signed address.
    """

    desk: Desk
    assurance: Assurance = Assurance.NONE
    person: Person | None = None
    agent: Agent | None = None
    organisation: Organisation | None = None
    ticket: Ticket | None = None
    evidence: tuple[Evidence, ...] = ()
    rivals: tuple[int, ...] = ()
    agent_token: Token | None = None
    bounced: Token | None = None
    survey: Survey | None = None  # of their ticket, where they came by the address that answers it
    returned: Returned | None = None  # the promise that a delivery report is about
    is_given_up: bool = False  # whether the sender's address is marked as unreachable
    flood: Flood | None = None
    predecessor: int = 0
    may_follow_up: bool = False
    colleagues: tuple[Person, ...] = ()
    can_refuse_in_session: bool = True

    @property
    def is_proven(self) -> bool:
        """Has the sender proved who they are, in whatever way the channel has?"""
        return self.assurance is not Assurance.NONE
