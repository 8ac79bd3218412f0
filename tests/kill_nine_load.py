"""The load of `kill_nine`: connections that send until everything is acknowledged, whoever dies meanwhile."""

import queue
import random
import smtplib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from serving import ANA, OUR_MTA

CONNECTIONS = 4
AGAIN_ONE_IN = 15  # acknowledged, and sent once more all the same
PAUSE = 0.01  # seconds between tries to connect
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Mail:
    """A follow-up with words of its own, to the desk's plain address or to a signed one."""

    message_id: str
    words: str
    to: str
    body: bytes


@dataclass(slots=True)
class Load:
    """What is still to be sent, and how often each Message-ID was answered with 250."""

    port: int
    waiting: queue.Queue[Mail] = field(default_factory=queue.Queue)
    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)  # what was said instead of 250 or "later"
    words: dict[str, str] = field(default_factory=dict)  # of each mail, by its Message-ID
    under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_done(self) -> bool:
        with self.lock:
            return not self.under_way and self.waiting.empty()

    def add(self, mail: Mail) -> None:
        self.words[mail.message_id] = mail.words
        self.waiting.put(mail)

    def take(self) -> Mail | None:
        with self.lock:
            if self.waiting.empty():
                return None
            self.under_way += 1
            return self.waiting.get()

    def settle(self, mail: Mail, answer: int, *, once_more: bool) -> None:
        """Note an answer, 0 for none; what is not acknowledged is sent again."""
        with self.lock:
            self.under_way -= 1
            if answer == 250:
                self.acknowledged[mail.message_id] += 1
            elif answer >= 500:
                self.refused.append(f"{mail.message_id}: {answer}")
            if answer < 250 or 400 <= answer < 500 or once_more:
                self.waiting.put(mail)


@contextmanager
def sending(port: int, seed: int) -> Iterator[Load]:
    """Several connections at work, until the block ends."""
    load = Load(port)
    threads = [
        threading.Thread(target=_send, args=(load, random.Random(seed + number)))
        for number in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def _send(load: Load, chance: random.Random) -> None:
    while not load.stop.is_set():
        try:
            with smtplib.SMTP("127.0.0.1", load.port, OUR_MTA, timeout=PATIENCE) as smtp:
                _session(smtp, load, chance)
        except (OSError, smtplib.SMTPException):
            load.stop.wait(PAUSE)


def _session(smtp: smtplib.SMTP, load: Load, chance: random.Random) -> None:
    while not load.stop.is_set():
        mail = load.take()
        if mail is None:
            load.stop.wait(PAUSE)
            smtp.noop()
            continue
        answer = 0
        try:
            answer = _answer(smtp, mail)
        finally:
            load.settle(mail, answer, once_more=answer == 250 and not chance.randrange(AGAIN_ONE_IN))
        if answer != 250:
            load.stop.wait(PAUSE)


def _answer(smtp: smtplib.SMTP, mail: Mail) -> int:
    try:
        smtp.sendmail(ANA.address, [mail.to], mail.body)
    except smtplib.SMTPRecipientsRefused as error:
        return next(iter(error.recipients.values()))[0]
    except smtplib.SMTPResponseException as error:
        return int(error.smtp_code)
    return 250
