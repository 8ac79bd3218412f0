"""How a bot gets its updates: by asking, or at a webhook, never both.

`getUpdates` is held by `polling`, an address is served by `webhook`; here is what switches between
them, and what `setWebhook` insists on.
"""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.polling import WEBHOOK_ACTIVE, Polling
from sandbox.telegram.query import Query
from sandbox.telegram.refusals import Refused, bad_request, too_many_requests
from sandbox.telegram.webhook import Address, Webhook
from sandbox.telegram.world import Bot

SECRET = re.compile(r"[A-Za-z0-9_-]*")
LONGEST_SECRET = 256
ADDRESS = re.compile(r"https?://[^\s/]+.*")
BETWEEN_SETTINGS = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Done:
    """A result with a word about it, which some methods add."""

    result: Any
    description: str


@dataclass(slots=True)
class Line:
    """The way to one bot."""

    bot: Bot
    polling: Polling
    webhook: Webhook

    async def run(self, name: str, query: Query) -> Any:
        match name:
            case "getupdates":
                return await self._updates(query)
            case "setwebhook":
                return self._set(query)
            case "deletewebhook":
                return self._delete(query)
        return self.webhook.info()

    def close(self) -> None:
        self.polling.closing = True
        self.webhook.stop()

    async def _updates(self, query: Query) -> Any:
        if self.webhook.address:
            raise await self.polling.conflict(WEBHOOK_ACTIVE)
        self._allow(query)
        return await self.polling.ask(query)

    def _set(self, query: Query) -> Any:
        address = _address(query)
        if not address.url:
            return self._delete(query)
        self._allow(query)
        if address == self.webhook.address:
            return Done(True, "Webhook is already set")
        now = self.webhook.clock.now()
        if now < self.webhook.next_set:
            raise too_many_requests(1)
        self.webhook.next_set = now + BETWEEN_SETTINGS
        self._drop(query)
        self.polling.end()
        self.webhook.set(address)
        return Done(True, "Webhook was set")

    def _delete(self, query: Query) -> Any:
        self._drop(query)
        if self.webhook.address is None:
            return Done(True, "Webhook is already deleted")
        self.webhook.delete()
        return Done(True, "Webhook was deleted")

    def _allow(self, query: Query) -> None:
        """Choose kinds of updates, for those that are still to come; what cannot be read chooses nothing."""
        try:
            kinds = query.structure("allowed_updates", "allowed updates")
        except Refused:
            return
        if isinstance(kinds, list):
            self.bot.updates.allow(str(kind) for kind in kinds)

    def _drop(self, query: Query) -> None:
        if query.flag("drop_pending_updates"):
            self.bot.updates.clear()


DELIVERY = ("getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo")


def _address(query: Query) -> Address:
    url, secret = query.text("url").strip(), query.text("secret_token")
    if url and not ADDRESS.fullmatch(url):
        raise bad_request("bad webhook: invalid webhook URL specified")
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    return Address(url, secret, query.integer("max_connections", 40, 1, 100), query.text("ip_address"))
