"""Enhanced status codes (RFC 3463) in the words of mail systems.

Many systems write one into their sentence; it is taken as it stands. Others give only the
plain reply code, or nothing but a sentence: then the sentence says what was wrong, and the
code, if there is one, whether it is so for good.
"""

import re

MOST_READ = 64 * 1024  # characters

_ENHANCED = r"[45]\.\d{1,3}\.\d{1,3}(?![\d.-]*\d)"
_AFTER_REPLY = re.compile(rf"(?<![\d.])[45]\d\d[ -]+[(\[<]?#?({_ENHANCED})")
_MARKED = re.compile(rf"#({_ENHANCED})|[(\[]({_ENHANCED})[)\]]|(?i:status|error)[ :=]{{1,3}}({_ENHANCED})")
_ANYWHERE = re.compile(rf"(?<![\d.-])({_ENHANCED})")
_REPLY = re.compile(r"(?<![\w.:/@-])([45])(?:[0-5]\d|7[0-9])(?=[ \-:;,)\]'\"<]|$)", re.MULTILINE)

# Subject and detail of the code, the class where no reply code says it, and the words.
_MEANINGS = (
    ("2.2", "5", (
        "mailbox full", "mailbox is full", "mail box is full", "quota", "inbox full", "exceeded storage",
        "inbox is full", "mailbox size limit", "exceeds allowed size", "out of storage",
        "exceeded the local limit", "storage allocation", "insufficient storage",
        "mailbox for user is full", "maildir over", "too many messages", "mailbox exceeds",
        "postfach ist voll", "boîte pleine", "buzón lleno", "casella piena",
    )),
    ("1.2", "5", (
        "host unknown", "unknown host", "domain does not exist", "host not found", "no such domain",
        "name or service not known", "unrouteable mail domain", "domain not found",
        "find any host named", "non-existent domain", "non-existent host", "unrouteable address",
        "unknown domain", "domain name not found", "host or domain name not found", "bad domain",
        "unroutable address", "no mx",
    )),
    ("1.1", "5", (
        "user unknown", "unknown user", "no such user", "user not found", "unknown recipient",
        "recipient unknown", "no such recipient", "mailbox not found", "does not exist", "doesn't exist",
        "not exist", "no mailbox here", "no such mailbox", "invalid recipient", "invalid mailbox",
        "invalid address", "not a valid mailbox", "unknown address", "address unknown", "not listed in",
        "recipnotfound", "recipient not found", "recipient name is not recognized", "no such address",
        "not a known user", "no account by that name", "unknown local", "there is no such",
        "nobody by that name", "not known at this site", "doesn't have a", "mailbox unavailable",
        "address rejected", "no such account", "addressee unknown", "unknown or illegal alias",
        "user doesn't", "no valid recipients", "not found in directory", "unbekannt", "inconnu",
        "desconocido", "sconosciuto", "存在しません", "見つかりません",
    )),
    ("2.1", "5", (
        "account disabled", "mailbox disabled", "is disabled", "been disabled", "mailbox inactive",
        "inactive", "suspended", "deactivated",
    )),
    ("3.4", "5", (
        "message too large", "message too big", "message size exceeds", "size limit",
        "maximum message size", "too large", "exceeds the maximum", "message length exceeds",
    )),
    ("4.6", "5", (
        "too many hops", "mail loop", "hop count", "loops back", "routing loop", "mail is looping",
    )),
    ("4.7", "4", (
        "retry timeout exceeded", "message expired", "time expired", "queue expired",
        "in the queue too long", "on the queue too long", "retry time not reached",
        "could not be delivered for", "delivery expired", "will be deleted from queue", "given up",
        "too old",
    )),
    ("4.1", "4", (
        "connection refused", "connection timed out", "connection timeout", "could not connect",
        "couldn't connect", "network is unreachable", "no route to host", "unable to connect",
        "not reachable", "connection reset", "timed out", "connection was dropped", "lost connection",
        "establish an smtp connection",
    )),
    ("4.3", "4", ("lookup failure", "name server", "name resolution", "dns error")),
    ("7.1", "5", (
        "relaying", "relay access", "unable to relay", "relay not", "to relay", "access denied",
        "blocked", "blacklist", "block list", "spam", "policy", "prohibited", "not authorized",
        "unsolicited", "reputation", "restricted", "not permitted", "refused to accept", "sender verify",
        "sender denied",
    )),
    ("3.0", "5", ("command died", "local delivery failed", "local configuration error", "mail system full")),
    ("0.0", "4", ("deferred", "try again", "temporar", "greylist", "will be retried", "still being retried")),
)  # fmt: skip
_WORDS = tuple(
    (detail, kind, re.compile("|".join(map(re.escape, words)))) for detail, kind, words in _MEANINGS
)


def enhanced_in(text: str) -> str:
    """The first enhanced code of a failure, best where it follows a reply code; "" when there is none."""
    for pattern in (_AFTER_REPLY, _MARKED, _ANYWHERE):
        if found := pattern.search(text, 0, MOST_READ):
            return str(found[found.lastindex or 0])
    return ""


def status_in(text: str) -> str:
    """What the words say went wrong, as an enhanced code; "" when they say nothing."""
    if told := enhanced_in(text):
        return told
    reply = _REPLY.search(text, 0, MOST_READ)
    lowered = " ".join(text[:MOST_READ].lower().split())
    for detail, kind, words in _WORDS:
        if words.search(lowered):
            return f"{reply[1] if reply else kind}.{detail}"
    return f"{reply[1]}.0.0" if reply else ""
