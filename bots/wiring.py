"""Puts a desk together from its configuration: store, policy, wording, signed addresses.

`serve`, the command line, `explain` and `policy test` all begin here, so that they decide
by the same lines with the same parts.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict

from bots.files import text_of
from bots.settings import Settings, SlackSettings, read_settings, signing_key
from intake.budgets import Budgets
from intake.errors import ConfigError
from intake.handle import Setup, Work
from intake.people import Book, read_book
from intake.policy import Policy, preset_names, preset_text, read_policy
from intake.suggestions import did_you_mean
from intake.tickets import PROGRAM_ENDINGS, Desk
from intake.tokens import Addresses, Keys
from replies.catalogue import CATALOGUE
from replies.wording import Wording, wording_mistakes
from store import chats
from store.desk import SqlStore, open_store

CHATS = ("slack", "telegram")
BOT_NAME = ("desk", "telegram-bot")  # the preference that keeps it


@dataclass(frozen=True, slots=True)
class Wired:
    """A desk that is ready to work."""

    settings: Settings
    folder: Path  # where its configuration lies
    store: SqlStore
    setup: Setup

    @property
    def desk(self) -> Desk:
        return self.setup.desk


class ReadOnly:
    """A store in which nothing that is written stays: for `explain`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def begin(self) -> AbstractContextManager[Work]:
        return self._store.reading()


def wire(config: Path) -> Wired:
    """Read a configuration and open its desk; ConfigError lists every mistake that is found."""
    settings = read_settings(config)
    folder = config.parent.resolve()
    try:
        policy = load_policy(settings.desk.policy, template_names(settings.desk.templates))
        keys = read_keys(settings, folder)
    except ConfigError as error:
        raise ConfigError(mistakes_besides(settings, folder)) from error
    store = open_store(settings.store.url, settings.desk.first_number)
    store.policy_digest = policy.digest
    setup = set_up(desk_of(settings, store.mark, policy), policy, keys, settings.desk.templates)
    setup = replace(setup, budget=settings.desk.notices_an_hour, budgets=_budgets(settings))
    if "telegram" in setup.desk.chats:
        setup = set_up_with_bot(setup, _bot_name(store))
    return Wired(settings, folder, store, setup)


def _bot_name(store: SqlStore) -> str:
    """What the bot said last that it is called, "" before it has said it."""
    with store.reading() as work:
        return chats.preference(work, *BOT_NAME)


def _budgets(settings: Settings) -> Budgets:
    desk = settings.desk
    return Budgets(
        desk.ticket_notices_an_hour, desk.all_notices_an_hour, desk.messages_an_hour, desk.follow_ups_an_hour
    )


def mistakes_besides(settings: Settings, folder: Path) -> list[str]:
    """What is wrong in the files that well-written settings name, of all of them at once."""
    steps = (
        lambda: load_policy(settings.desk.policy, template_names(settings.desk.templates)),
        lambda: read_keys(settings, folder),
        lambda: people_of(settings),
    )
    return [mistake for step in steps for mistake in _mistakes_of(step)]


def mistakes_in_rules(settings: Settings) -> list[str]:
    """What is wrong with the policy and the templates, of both at once."""
    steps = (
        lambda: check_templates(settings),
        lambda: load_policy(settings.desk.policy, template_names(settings.desk.templates)),
    )
    return [mistake for step in steps for mistake in _mistakes_of(step)]


def _mistakes_of(step: Callable[[], object]) -> tuple[str, ...]:
    try:
        step()
    except ConfigError as error:
        return error.mistakes
    return ()


def set_up(desk: Desk, policy: Policy, keys: Keys, templates: str = "") -> Setup:
    """What decides and words for one desk."""
    addresses = Addresses(desk, keys)
    wording = Wording(desk, addresses, policy.file.reference, folders_of(templates))
    return Setup(desk, policy, addresses, wording)


def set_up_with_bot(setup: Setup, name: str) -> Setup:
    """The same desk with the name of its bot, by which mails link to a chat."""
    if setup.desk.telegram_bot == name:
        return setup
    assert isinstance(setup.wording, Wording)
    desk = replace(setup.desk, telegram_bot=name)
    return replace(setup, desk=desk, wording=setup.wording.of_desk(desk))


def set_up_again(setup: Setup, policy: Policy, templates: str) -> Setup:
    """The same desk with another policy."""
    wording = Wording(setup.desk, setup.addresses, policy.file.reference, folders_of(templates))
    return replace(setup, policy=policy, wording=wording)


def folders_of(templates: str) -> tuple[Path, ...]:
    return (Path(templates),) if templates else ()


def check_templates(settings: Settings) -> None:
    """Raise ConfigError for every template, ours or the operator's own, that cannot be read."""
    if mistakes := wording_mistakes(folders_of(settings.desk.templates)):
        raise ConfigError(f"templates: {one}" for one in mistakes)


def load_policy(named: str, notices: Collection[str] = ()) -> Policy:
    """A preset by its name, or a policy file by its path."""
    if named.endswith(".toml") or "/" in named:
        return read_policy(text_of(Path(named), "policy"), named, notices)
    if named not in preset_names():
        hint = did_you_mean(named, preset_names())
        raise ConfigError([f"policy: {named!r}: no such preset, nor the path of a .toml file; {hint}"])
    return read_policy(preset_text(named), named, notices)


def template_names(folder: str = "") -> set[str]:
    """The notices that can be worded: those that ship and the operator's own."""
    own = {path.stem for path in Path(folder).glob("*/*.md")} if folder else set()
    return set(CATALOGUE) | own


def read_keys(settings: Settings, folder: Path) -> Keys:
    key = signing_key(settings.secrets.key, "secrets.key", folder)
    older = settings.secrets.old_keys
    return Keys(key, tuple(signing_key(one, "secrets.old_keys", folder) for one in older))


def desk_of(settings: Settings, mark: str, policy: Policy) -> Desk:
    desk = settings.desk
    return Desk(
        name=desk.name,
        address=desk.address,
        mark=mark,
        aliases=desk.aliases,
        escalation_address=desk.escalation_address,
        reply_address=desk.reply_address,
        agents_address=desk.agents_address,
        portal_url=desk.portal_url,
        phone=desk.phone,
        emergency_phone=desk.emergency_phone,
        language=desk.language,
        timezone=desk.timezone or str(policy.calendar_of(None).zone),
        answer_files_mib=desk.answer_files_mib,
        refused_files=desk.refused_files or PROGRAM_ENDINGS,
        **_chats(settings),
    )


class _Chats(TypedDict):
    chats: tuple[str, ...]
    has_triage: bool
    protected_channels: tuple[str, ...]


def _chats(settings: Settings) -> _Chats:
    """Where else than by mail people are told things."""
    slack = [one for one in settings.channel.values() if isinstance(one, SlackSettings)]
    kinds = dict.fromkeys(one.kind for one in settings.channel.values())
    return {
        "chats": tuple(kind for kind in kinds if kind in CHATS),
        "has_triage": any(one.triage_channel for one in slack),
        "protected_channels": tuple(team for one in slack for team in one.teams),
    }


def people_of(settings: Settings) -> Book | None:
    """The people file of the configuration, if it names one."""
    if not settings.desk.people:
        return None
    path = Path(settings.desk.people)
    return read_book(text_of(path, "desk.people"), path.name)
