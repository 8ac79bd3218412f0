"""The schema's age: brought up to this program's, and refused when it is newer.

Alembic is only loaded when there is something to do: a desk that is up to date starts
without it. A database in memory has no past and is made from the tables themselves.
"""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from intake.errors import DeskbellError
from store.chat_tables import metadata  # with every table in it
from store.engine import is_in_memory, translated

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = ("0001", "0002", "0003", "0004")  # oldest first; the last is what `tables` says
UPGRADE_LOCK = 0x64657363


def upgrade(engine: Engine) -> None:
    """Bring the database to this program's schema, or raise where it is beyond it."""
    with translated():
        if is_in_memory(engine):
            metadata.create_all(engine)
            return
        found = revision(engine)
        if found not in ("", *REVISIONS):
            raise DeskbellError(
                f"store: the database has schema {found}, this program knows up to {REVISIONS[-1]};"
                " use the newer program"
            )
        if found != REVISIONS[-1]:
            _migrate(engine)


def revision(engine: Engine) -> str:
    """The schema that the database has, "" for none."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _migrate(engine: Engine, target: str = "head") -> None:
    from alembic import command  # 370 ms that a running desk need not spend
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # two processes that start together: the second finds the work done
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, target)
