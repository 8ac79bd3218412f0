"""Wording: a notice becomes finished words for one reader.

The reader's language picks the template (English where there is none), the catalogue says
which facts it gets, and the environment escapes whatever is printed. What somebody chose who
has not proved who they are is not repeated to them: the caller then passes no `inbound`, and
an answer keeps their name and subject to itself. A template that cannot be worded is a
TemplateError that names the template, the line and the word.
"""

import re
import traceback
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import fields
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from intake.decisions import Notice, Recipient
from intake.errors import TemplateError
from intake.messages import Address, Inbound, Outbound
from intake.tickets import Agent, Clock, Desk, Organisation, Person, Ticket
from replies import escaping
from replies.catalogue import CATALOGUE, KINDS, NoticeKind
from replies.moments import time, zone_of
from replies.occasion import Occasion
from replies.plain import as_line
from templates import FOLDER

FALLBACK = "en"
CHAT_FOLDERS = ("chat", "slack", "telegram")
_GAPS = re.compile(r"\n{3,}")
_SNAPSHOTS: Mapping[type, frozenset[str]] = {
    kind: frozenset(field.name for field in fields(kind))
    for kind in (Agent, Address, Clock, Desk, Organisation, Person, Recipient, Ticket)
}


class Keys(Protocol):
    """What signs our addresses and Message-IDs."""

    def message_id(self, ticket: int, now: datetime) -> str:
        """A Message-ID (without <>) that names the ticket and is never made twice."""

    def reply_address(self, purpose: str, ticket: int, person: int, now: datetime) -> str:
        """The address at which this person's reply belongs to the ticket; purpose: reply, survey or agent."""

    def verp_address(self, outbox_id: int, ticket: int, now: datetime) -> str:
        """The return address that carries the promise it belongs to."""

    def start_token(self, ticket: int, person: int, now: datetime) -> str:
        """What a link carries by which this person opens the ticket in a chat."""


class Wording:
    """Words notices for one desk; an operator's folders come before our own templates."""

    def __init__(
        self, desk: Desk, keys: Keys, reference: str = "#{number}", folders: Iterable[Path] = ()
    ) -> None:
        self._desk = desk
        self._keys = keys
        self._reference = reference
        self.folders = tuple(folders)
        self._environment = _environment((*self.folders, FOLDER))

    def of_desk(self, desk: Desk) -> "Wording":
        """The same words for a desk that has learned something about itself."""
        other = copy(self)
        other._desk = desk
        return other

    def word(
        self, notice: Notice, to: Recipient, ticket: Ticket | None, inbound: Inbound | None, now: datetime
    ) -> Outbound:
        """Finished words for one recipient; raises TemplateError."""
        kind = CATALOGUE.get(notice.name) or NoticeKind(notice.name, "the operator's own", answers=True)
        return self._outbound(Occasion(notice, kind, to, ticket, inbound, now))

    def _outbound(self, occasion: Occasion) -> Outbound:
        kind, to = occasion.kind, occasion.to
        language, template = self._template(occasion)
        reply_to = self._reply_to(occasion)
        words = {**self._words_for(occasion, language), "reply_to": reply_to}
        subject, body = _rendered(template, words)
        parent, references = occasion.thread
        return Outbound(
            channel=to.channel,
            recipient=Address(occasion.name, to.address.address),
            notice=kind.name,
            subject=subject,
            body=body,
            message_id=self._keys.message_id(occasion.number, occasion.now),
            language=language,
            in_reply_to=parent,
            references=references,
            reply_to=reply_to,
            envelope_sender=self._desk.address if kind.by_person else "",
            from_name=self._from_name(occasion),
            automatic="no" if kind.by_person else occasion.notice.automatic,
            ticket_number=occasion.number,
        )

    def _template(self, occasion: Occasion) -> tuple[str, jinja2.Template]:
        """The notice in the reader's language, else in the fallback; an agent's is never the requester's."""
        ticket = None if occasion.to.is_agent else occasion.ticket
        requester = ticket.requester.language if ticket else ""
        wanted = (occasion.to.language or requester or self._desk.language, FALLBACK)
        names = [
            f"{_bare(language)}/{folder}{occasion.notice.name}.md"
            for language in wanted
            for folder in _folders(occasion.to)
        ]
        try:
            template = self._environment.select_template(names)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{error.name} line {error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise TemplateError(f"{names[-1]}: no such template") from error
        return str(template.name).partition("/")[0], template

    def _words_for(self, occasion: Occasion, language: str) -> Mapping[str, object]:
        """Everything a template may name; a fact never hides a word that is always there."""
        reference = self._reference.replace("{number}", str(occasion.number)) if occasion.ticket else ""
        return {
            "portal_url": self._desk.portal_url,
            **occasion.kind.defaults,
            **occasion.notice.facts,
            "desk": self._desk,
            "ticket": occasion.ticket,
            "to": occasion.to,
            "name": occasion.name,
            "reference": reference,
            "now": occasion.now,
            "language": language,
            "follow_url": self._follow_url(occasion),
            "zone": zone_of(occasion.to, occasion.ticket, self._desk),
            "thread_subject": occasion.subject_maker(reference),
        }

    def _reply_to(self, occasion: Occasion) -> str:
        """A signed address for somebody we know, where a reply to this mail belongs to its ticket."""
        to = occasion.to
        is_known = to.person_id or to.is_agent
        if not occasion.ticket or not occasion.kind.to_ticket or not is_known or to.channel != "email":
            return ""
        purpose = "agent" if to.is_agent else occasion.kind.purpose
        return self._keys.reply_address(purpose, occasion.number, to.person_id, occasion.now)

    def _follow_url(self, occasion: Occasion) -> str:
        """A link that opens the ticket in the bot's chat: in mails to people whom the store knows."""
        bot, to = self._desk.telegram_bot, occasion.to
        is_theirs = occasion.number and occasion.kind.to_ticket and to.person_id and not to.is_agent
        if not bot or not is_theirs or to.channel != "email":
            return ""
        return (
            f"https://t.me/{bot}?start={self._keys.start_token(occasion.number, to.person_id, occasion.now)}"
        )

    def _from_name(self, occasion: Occasion) -> str:
        author = occasion.notice.facts.get("author", "") if occasion.kind.by_person else ""
        return f"{escaping.one_line(str(author))} ({self._desk.name})" if author else self._desk.name


def _folders(to: Recipient) -> tuple[str, ...]:
    """Where a reader's template lies: a chat has shorter ones of some notices."""
    return ("",) if to.channel == "email" else (f"{to.channel}/", "chat/", "")


@lru_cache(maxsize=64)
def _bare(language: str) -> str:
    """A language without its country."""
    return re.split("[-_]", language.lower())[0]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox; what is a field of a snapshot is safe to show, so it need not ask each time."""

    def getattr(self, obj: object, attribute: str) -> object:
        if attribute in _SNAPSHOTS.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


def forget_templates() -> None:
    """Read templates anew from now on: an operator's own may have changed."""
    _environment.cache_clear()


def wording_mistakes(folders: Iterable[Path] = ()) -> tuple[str, ...]:
    """Every template, ours or the operator's, that cannot be read, and every notice without one."""
    environment = _environment((*folders, FOLDER))
    names = environment.list_templates(extensions=["md"])
    found = [_mistake(environment, name) for name in names]
    wanted = [f"{FALLBACK}/{kind.folder}{kind.name}.md" for kind in KINDS]
    return tuple(filter(None, (*found, *(f"{name}: missing" for name in wanted if name not in names))))


def _mistake(environment: jinja2.Environment, name: str) -> str:
    try:
        environment.get_template(name)
    except jinja2.TemplateSyntaxError as error:
        return f"{error.name} line {error.lineno}: {error.message}"
    return ""


@cache
def _environment(folders: tuple[Path, ...]) -> jinja2.Environment:
    """Templates are read and compiled once for each set of folders."""
    environment = _Sandbox(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        undefined=jinja2.StrictUndefined,
        finalize=escaping.printed,
        auto_reload=False,
        cache_size=-1,  # there are few templates, and a bounded cache locks and counts
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # an included piece ends its own line
    )
    environment.filters |= {
        "time": time,
        "lines": escaping.lines,
        "quoted": escaping.quoted,
        "link": escaping.link,
        "mail_link": escaping.mail_link,
    }
    return environment


def _rendered(template: jinja2.Template, words: Mapping[str, object]) -> tuple[str, str]:
    """Subject and body."""
    try:
        source = template.render(words)
    except Exception as error:
        raise TemplateError(f"{_place(template, error)}: {_complaint(error)}") from error
    first, _, body = source.partition("\n")
    mark, _, subject = first.partition(":")
    if mark != "Subject" or not subject.strip():
        raise TemplateError(f'{template.name} line 1: expected "Subject: …", got "{first[:40]}"')
    return as_line(subject.strip()), _GAPS.sub("\n\n", body.strip()) + "\n"


def _place(template: jinja2.Template, error: Exception) -> str:
    """The template and line where it happened, in a piece that is included as well."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if frame.filename.endswith(".md")), None)
    return f"{_name_of(Path(last.filename))} line {last.lineno}" if last else str(template.name)


def _name_of(file: Path) -> str:
    """A template's name: its language, the folder of a chat if it is in one, the file."""
    depth = 3 if file.parent.name in CHAT_FOLDERS else 2
    return "/".join(file.parts[-depth:])


def _complaint(error: Exception) -> str:
    return str(error) if isinstance(error, jinja2.TemplateError | TypeError) else repr(error)
