"""Whether the bot can be used, before customers write to it: for `deskbell check`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from bots.redacting import redacted, remember
from bots.setting_values import secret
from bots.settings_of_chat import TelegramSettings
from bots.telegram.api import TOKEN, quiet_libraries
from intake.errors import DeskbellError

SECONDS = 5.0
MOST_SECONDS_APART = 30.0
Finding = tuple[bool, str]  # whether it must be mended, and what it is


def findings(name: str, settings: TelegramSettings, folder: Path) -> Iterator[Finding]:
    """What is wrong with a channel, or worth a word; nothing is changed."""
    place = f"channel.{name}"
    quiet_libraries()
    try:
        token = secret(settings.token, f"{place}.token", folder).decode(errors="replace").strip()
    except DeskbellError as error:
        yield True, str(error)
        return
    remember(token)
    if not TOKEN.fullmatch(token):
        yield True, f'{place}.token: not a bot\'s token; expected "123456:ABC…", from @BotFather'
        return
    try:
        with httpx.Client(timeout=SECONDS) as http:
            yield from _asked(place, settings, http, f"{settings.api_url.rstrip('/')}/bot{token}")
    except (httpx.HTTPError, ValueError) as error:
        yield True, f"{place}.api_url: no answer ({redacted(repr(error))}); is there a way out to Telegram?"


def _asked(place: str, settings: TelegramSettings, http: httpx.Client, api: str) -> Iterator[Finding]:
    answer = http.get(f"{api}/getMe")
    who = answer.json()
    if not who.get("ok"):
        said = who.get("description", f"status {answer.status_code}")
        yield True, f"{place}.token: Telegram says {said!r}; put there what @BotFather shows"
        return
    yield False, f"{place}: @{who['result'].get('username', '')} answers"
    yield from _clock(place, answer)
    if who["result"].get("can_join_groups"):
        yield (
            False,
            f"{place}: groups can add the bot, which leaves them; @BotFather's /setjoingroups ends that",
        )
    yield from _webhook(place, settings, http.get(f"{api}/getWebhookInfo").json().get("result") or {})


def _clock(place: str, answer: httpx.Response) -> Iterator[Finding]:
    """One-time links, codes and albums are measured by our clock."""
    said = answer.headers.get("date")
    apart = abs((parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()) if said else 0.0
    if apart > MOST_SECONDS_APART:
        yield True, f"{place}: this machine's clock is {apart:.0f} s away from Telegram's; set it by NTP"


def _webhook(place: str, settings: TelegramSettings, known: dict[str, Any]) -> Iterator[Finding]:
    """How updates reach us now; `serve` sets or removes the webhook by itself."""
    url, trouble = str(known.get("url", "")), str(known.get("last_error_message", ""))
    if url and not settings.listen:
        yield (
            False,
            f"{place}: a webhook is set, which `deskbell serve` takes away; is it another program's?",
        )
    if url and settings.listen and not url.startswith(settings.webhook_url.rstrip("/")):
        yield False, f"{place}: the webhook leads elsewhere; `deskbell serve` sets it to webhook_url"
    if url and settings.listen and trouble:
        yield True, f"{place}.webhook_url: Telegram cannot bring updates: {redacted(trouble)}"
    if waiting := int(known.get("pending_update_count", 0)):
        yield False, f"{place}: {waiting} updates wait for `deskbell serve`"
