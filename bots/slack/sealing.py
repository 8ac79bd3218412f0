"""The tokens of an installation as they lie in the database: encrypted with a key of their own.

The key is derived from the desk's, which is not in the database. The workspace's id is bound to
the ciphertext, so that a row which was copied to another workspace opens nothing.
"""

import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from intake.errors import ConfigError

PURPOSE = b"deskbell slack installations"
NONCE_BYTES = 12
KEY_BYTES = 32


class Seal:
    """Seals and opens what belongs to a workspace; `key` is the desk's."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(key)
        self._cipher = AESGCM(derived)

    def sealed(self, team: str, tokens: dict[str, str]) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, json.dumps(tokens).encode(), team.encode())

    def opened(self, team: str, sealed: bytes) -> dict[str, str]:
        """The tokens; ConfigError where they were sealed with another key."""
        try:
            words = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], team.encode())
        except (InvalidTag, ValueError) as error:
            hint = "run `deskbell slack install` again"
            raise ConfigError(
                [f"the tokens of workspace {team} were sealed with another secrets.key; {hint}"]
            ) from error
        tokens: dict[str, str] = json.loads(words)
        return tokens
