"""Carries a promise as mail: made at delivery, sent with an envelope address that names the promise."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from bots.delivery import Claimed
from intake.messages import File, Outbound
from intake.tickets import Desk
from intake.tokens import Addresses
from replies.mime import mail_bytes


class Sender(Protocol):
    """Hands a finished mail on; raises DeliveryError where it cannot."""

    async def send(self, mail: bytes, sender: str, recipient: str) -> str: ...

    async def close(self) -> None: ...


class MailCarrier:
    """`files` reads what goes with a promise; it is called beside the loop."""

    def __init__(
        self,
        relay: Sender,
        files: Callable[[Outbound], tuple[File, ...]],
        desk: Desk,
        addresses: Addresses,
    ) -> None:
        self._relay = relay
        self._files = files
        self._desk = desk
        self._addresses = addresses

    async def carry(self, promise: Claimed) -> str:
        now = datetime.now(UTC)
        outbound = promise.outbound
        sender = self._addresses.verp_address(promise.id, outbound.ticket_number, now)
        return await self._relay.send(await self._mail(outbound, now), sender, outbound.recipient.address)

    async def close(self) -> None:
        await self._relay.close()

    async def _mail(self, outbound: Outbound, now: datetime) -> bytes:
        """The finished mail; files are read and packed beside the loop, since they take their time."""
        if not outbound.attachments:
            return mail_bytes(outbound, self._desk, now)
        files = await asyncio.to_thread(self._files, outbound)
        return await asyncio.to_thread(mail_bytes, outbound, self._desk, now, files)
