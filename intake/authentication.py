"""Who wrote, as our own mail server saw it: the pinned Authentication-Results (RFC 8601).

Only the topmost header with the configured authserv-id counts, for anybody can write
one further down. A pass counts only when it speaks for the domain of From: DMARC for
that very domain, a DKIM signature or an SPF sender of that domain or a parent of it.
Where our server writes no authserv-id (Microsoft 365), the first such header of the mail is
trusted by its position alone; that is only as good as the server's habit of always writing one.

A signed mail can be sent once more with another Subject or Message-ID above its own, and most
signatures still hold. So a pass is no proof where a header that we read stands twice.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from intake.messages import Inbound

HEADER = "authentication-results"
TOPMOST = "topmost"  # stands for an authserv-id: trust the position
READ_ONCE = (
    *("subject", "to", "cc", "date", "message-id", "in-reply-to", "references", "sender", "reply-to"),
    *("content-type", "content-transfer-encoding"),
)
# A quotation without an end takes all that is left, so that none is tried twice.
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\\?\Z)|([^\s;"]+)|;|\s+', re.DOTALL)


class Verdict(StrEnum):
    """What our own mail server found about From."""

    TRUE = "true"
    FALSE = "false"  # the domain's own policy (DMARC) says that it did not send this
    UNKNOWN = "unknown"


def verdict(inbound: Inbound, authserv_id: str) -> Verdict:
    """What the named server says; UNKNOWN when nothing is trusted, or From is not single."""
    if not authserv_id or inbound.sender is None or inbound.sender_count != 1:
        return Verdict.UNKNOWN
    for value in inbound.headers.get(HEADER, ()):
        server, results = parse_results(value)
        if authserv_id == TOPMOST or server == authserv_id.lower():
            found = _found(inbound.sender.domain, results)
            return Verdict.UNKNOWN if found is Verdict.TRUE and _may_be_another(inbound) else found
    return Verdict.UNKNOWN


def _may_be_another(inbound: Inbound) -> bool:
    """Whether what we read may be another mail than the one that our server found to be genuine."""
    return inbound.is_ambiguous or any(len(inbound.headers.get(name, ())) > 1 for name in READ_ONCE)


def parse_results(value: str) -> tuple[str, list[dict[str, str]]]:
    """The authserv-id and one mapping a result, its method and outcome under "method" and "result".

    >>> parse_results('mx.example 1; dkim=pass (ok; "fine") header.d="Acme.example"')
    ('mx.example', [{'method': 'dkim', 'result': 'pass', 'header.d': 'acme.example'}])
    """
    clauses = list(_clauses(value))
    if not clauses or not clauses[0]:
        return "", []
    if "=" in clauses[0][0]:  # no authserv-id
        return "", [_result(words) for words in clauses if words]
    return clauses[0][0], [_result(words) for words in clauses[1:] if words]


def _found(domain: str, results: list[dict[str, str]]) -> Verdict:
    if any(one["method"] == "dmarc" and one["result"] == "fail" for one in results):
        return Verdict.FALSE
    proofs = (one for one in results if one["result"] == "pass" and _is_proof(one, domain))
    return Verdict.TRUE if any(proofs) else Verdict.UNKNOWN


def _is_proof(result: dict[str, str], domain: str) -> bool:
    match result["method"]:
        case "dmarc":
            return result.get("header.from", "") == domain
        case "dkim":
            signer = result.get("header.d") or result.get("header.i", "").rpartition("@")[2]
            return _covers(signer, domain)
        case "spf":
            return _covers(result.get("smtp.mailfrom", "").rpartition("@")[2], domain)
    return False


def _covers(signer: str, domain: str) -> bool:
    """Relaxed alignment without a public suffix list: the same domain, or a parent with a dot in it."""
    return bool(signer) and (signer == domain or ("." in signer and domain.endswith("." + signer)))


def _result(words: list[str]) -> dict[str, str]:
    method, _, outcome = words[0].partition("=")
    found = {"method": method.partition("/")[0], "result": outcome}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            found.setdefault(name, value)
    return found


def _clauses(value: str) -> Iterator[list[str]]:
    """Words of each clause between semicolons, lower-case, without comments; linear in the value."""
    words: list[str] = []
    word = ""
    for found in TOKEN.finditer(_without_comments(value.lower())):
        quoted, bare = found.groups()
        if quoted is not None or bare:
            word += bare or quoted.replace("\\", "")
            continue
        if word:
            words.append(word)
            word = ""
        if found[0] == ";":
            yield words
            words = []
    yield [*words, word] if word else words


def _without_comments(value: str) -> str:
    """Comments nest, and a quoted string is no place for one (RFC 5322 §3.2.2)."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth, quoted, skip = 0, False, False
    for char in value:
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char in "()" and not quoted:
            depth = max(0, depth + (1 if char == "(" else -1))
            continue
        if not depth:
            kept.append(char)
    return "".join(kept)
