"""How much nonsense one session may still talk: commands without a mail, unknown words, guessed addresses.

A mail that is kept restores all of it but the unknown words, so a busy mail server never
comes near a limit, while one that only holds a connection, or harvests addresses, is
slowed down and then sent away.
"""

from bots.smtp.limits import Limits

UNKNOWN_WORDS = 5  # as aiosmtpd has it
FREE_GUESSES = 4
PART_OF_A_MAIL = frozenset({"RCPT", "DATA", "QUIT"})


class Trust:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines = 0
        self._guesses = 0
        self._words = 0

    def restore(self) -> None:
        """A mail was kept."""
        self._lines = self._guesses = 0

    def bears_line(self, command: str) -> bool:
        """Count any line; those of a mail with many recipients find room."""
        self._lines += 1
        more = self._limits.recipients if command in PART_OF_A_MAIL else 0
        return self._lines <= self._limits.idle_commands + more

    def bears_unknown_word(self) -> bool:
        self._words += 1
        return self._words < UNKNOWN_WORDS

    def bears_guess(self) -> bool:
        """Count a recipient that does not exist: one is a mistake, many in a row are a harvest."""
        self._guesses += 1
        return self._guesses < self._limits.unknown_recipients

    def delay(self) -> float:
        """How many seconds the answer to the latest guess is to wait."""
        return self._limits.slow_seconds if self._guesses > FREE_GUESSES else 0
