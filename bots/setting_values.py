"""Values that several settings share: ports, TLS, and secrets wherever they are kept."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from intake.errors import ConfigError
from intake.mistakes import Whole, Written

KEY_BYTES = 16

Port = Annotated[Whole, Field(ge=1, le=65535)]
Tls = Literal["none", "starttls", "implicit"]


class FromFile(Written):
    """A secret kept in a file; white space at its ends does not count."""

    file: str


class FromEnvironment(Written):
    env: str


Secret = str | FromFile | FromEnvironment


def is_loopback(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def secret(value: Secret, place: str, folder: Path) -> bytes:
    """The bytes of a secret, wherever it is kept."""
    match value:
        case FromEnvironment(env=name):
            found = os.environ.get(name, "").encode()
            wrong = f"{place}: the environment variable {name} is not set"
        case FromFile(file=name):
            found = _bytes_of(folder / name, place).strip()
            wrong = f"{place}: {name} is empty"
        case str():
            return value.encode()
    if not found:
        raise ConfigError([f"{wrong}; put the secret there"])
    return found


def signing_key(value: Secret, place: str, folder: Path) -> bytes:
    """A secret that is long enough to sign with."""
    key = secret(value, place, folder)
    if len(key) < KEY_BYTES:
        hint = "make one with `deskbell config --new-key desk.key`"
        raise ConfigError([f"{place}: has {len(key)} bytes, at least {KEY_BYTES} are needed; {hint}"])
    return key


def _bytes_of(path: Path, place: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        is_ours = place == "secrets.key"  # any other is somebody else's to give
        hint = f"make one with `deskbell config --new-key {path}`" if is_ours else "put the secret there"
        raise ConfigError([f"{place}: {path}: {error.strerror}; {hint}"]) from error
    except OSError as error:
        raise ConfigError([f"{place}: {path}: {error.strerror}; let Deskbell read it"]) from error
