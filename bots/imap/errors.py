"""What can go wrong with a mailbox, by what is to be done about it.

TemporaryFailure
├── ConnectionLost   close it, wait a little, begin anew
├── LoginRefused     the server will not have us: wait for minutes, or it locks the account
└── CommandFailed    the server said NO to one thing; the connection is sound

ClaimLost            another process reads this mailbox now: stop
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import CapabilityError, InvalidCriteriaError, LoginError, ProtocolError

from intake.errors import DeskbellError, TemporaryFailure

SOUND = (CapabilityError, InvalidCriteriaError, LoginError)
A_NO = re.compile(r"^\w+( \w+)? failed: |command error: BAD")  # as imapclient and imaplib word them


class ConnectionLost(TemporaryFailure):
    """Nothing more comes over this connection, or nothing that can be trusted."""


class LoginRefused(TemporaryFailure):
    """The server does not let us in as it stands; asking again soon makes it worse."""


class CommandFailed(TemporaryFailure):
    """A NO or BAD to one command."""


class ClaimLost(DeskbellError):
    """Another process reads this mailbox now."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what the library raises while it does something into one of ours."""
    try:
        yield
    except imaplib.IMAP4.error as error:
        kind = CommandFailed if _is_a_no(error) else ConnectionLost
        raise kind(f"{what}: {words_of(error)}") from error
    except ssl.SSLCertVerificationError as error:
        raise ConnectionLost(f"{what}: its certificate: {error.verify_message}") from error
    except OSError as error:
        raise ConnectionLost(f"{what}: {words_of(error) or type(error).__name__}") from error
    except (ValueError, TypeError, LookupError, AssertionError) as error:  # an answer against the grammar
        raise ConnectionLost(f"{what}: the answer cannot be read ({type(error).__name__})") from error


def _is_a_no(error: imaplib.IMAP4.error) -> bool:
    """The library has one error for a server's NO and for a line that it cannot make out."""
    if isinstance(error, imaplib.IMAP4.abort | ProtocolError):
        return False
    return isinstance(error, SOUND) or bool(A_NO.search(str(error)))


def words_of(error: BaseException) -> str:
    """A library's own words on one line, not too many of them."""
    return " ".join(str(error).split())[:200]
