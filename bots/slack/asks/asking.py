"""All that agents ask for, put together for one channel of the configuration.

`Asks` has the listeners of every module, and what runs beside them.
"""

from collections.abc import Iterable

from bots.chat import Loop
from bots.slack.asks import commands, emoji, forms, me, settings_modal, shortcuts
from bots.slack.asks.chosen import Chosen
from bots.slack.asks.digest import Digests
from bots.slack.asks.home import Homes
from bots.slack.asks.rows import Rows
from bots.slack.asks.snoozes import Snoozes
from bots.slack.listening import Hands, Listener


class Asks:
    def __init__(self, hands: Hands) -> None:
        self._homes = Homes(hands)
        self._rows = Rows(self._homes)
        self._digests = Digests(hands)
        self._snoozes = Snoozes(hands)
        self._chosen = Chosen(hands)

    def listeners(self, others: Iterable[Listener]) -> tuple[Listener, ...]:
        """Those of App Home, and all others: what is done by them is seen there."""
        alone = (
            one for each in (commands, emoji, forms, me, settings_modal, shortcuts) for one in each.LISTENERS
        )
        return (
            *self._homes.listeners,
            *self._rows.listeners,
            *(self._homes.over(one) for one in (*others, *alone)),
        )

    @property
    def loops(self) -> tuple[Loop, ...]:
        return (
            ("homes", self._homes.run),
            ("digests", self._digests.run),
            ("snoozes", self._snoozes.run),
            ("choices", self._chosen.run),
        )

    async def start(self) -> None:
        await self._chosen.apply()
