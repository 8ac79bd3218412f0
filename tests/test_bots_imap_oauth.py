"""Mailboxes without a password: tokens of a local provider, checked by a real Dovecot.

The provider is a small HTTP server that answers as Microsoft's and Google's do (RFC 6749).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

import servers
from bots.imap.check import check_mailbox
from bots.imap.errors import ConnectionLost, LoginRefused
from bots.settings import FromFile, ImapSettings, OauthSettings
from dovecot import Dovecot, channel, dovecot, token
from serving import ANA, a_mail, newest_message, serving

pytestmark = pytest.mark.slow

USER = "support@vendor.example"


@dataclass(slots=True)
class Provider:
    """Hands out tokens for USER; `answers` come first, `asked` is every form that was posted."""

    url: str = ""
    life: int = 3600
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        return 200, {"access_token": token(USER, self.life), "expires_in": self.life, "token_type": "Bearer"}


@contextmanager
def provider() -> Iterator[Provider]:
    it = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, answer = it.answer({name: values[0] for name, values in parse_qs(body).items()})
            words = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    it.url = f"http://127.0.0.1:{server.server_port}/token"
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        yield one


def mailbox(server: Dovecot, **oauth: Any) -> ImapSettings:
    return ImapSettings(
        kind="imap",
        host="127.0.0.1",
        port=server.imap,
        tls="none",
        username=USER,
        oauth=OauthSettings(**oauth),
        timeout_seconds=10,
    )


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_mailbox_is_entered_with_a_token_by_either_mechanism(server, tmp_path, mechanism):
    with provider() as it:
        box = mailbox(server, token_url=it.url, client_id="app", client_secret="s3", mechanism=mechanism)
        words = check_mailbox("box", box, tmp_path)

    assert f"{USER} at 127.0.0.1:{server.imap}: INBOX: 0 mails" in words
    assert [("client_credentials", "app", "s3")] == [
        (form["grant_type"], form["client_id"], form["client_secret"]) for form in it.asked
    ]


def test_the_owners_refresh_token_is_sent_and_its_successor_kept_in_its_file(server, tmp_path):
    kept = tmp_path / "refresh"
    kept.write_text("first\n")
    renewed = {"access_token": token(USER), "expires_in": 3600, "refresh_token": "second"}
    with provider() as it:
        it.answers.append((200, renewed))
        settings = {"token_url": it.url, "client_id": "app", "scope": "imap offline_access"}
        for _ in range(2):
            check_mailbox(
                "box", mailbox(server, refresh_token=FromFile(file="refresh"), **settings), tmp_path
            )

    assert ["first", "second"] == [form["refresh_token"] for form in it.asked]
    assert {("refresh_token", "app", "imap offline_access")} == {
        (form["grant_type"], form["client_id"], form["scope"]) for form in it.asked
    }
    assert ("second\n", 0o600) == (kept.read_text(), kept.stat().st_mode & 0o777)


def test_a_service_account_signs_for_the_mailboxs_owner(server, tmp_path):
    key = RSAKey.generate_key(2048, private=True)
    account = {"client_email": "desk@project.example", "private_key": key.as_pem(private=True).decode()}
    (tmp_path / "account.json").write_text(json.dumps(account))
    with provider() as it:
        box = mailbox(server, token_url=it.url, service_account="account.json")
        check_mailbox("box", box, tmp_path)
    (form,) = it.asked
    claims = jwt.decode(form["assertion"], key, algorithms=["RS256"]).claims

    assert "urn:ietf:params:oauth:grant-type:jwt-bearer" == form["grant_type"]
    assert ("desk@project.example", USER, it.url) == (claims["iss"], claims["sub"], claims["aud"])
    assert "https://mail.google.com/" == form["scope"]


def test_a_token_that_the_mail_server_does_not_take_is_asked_for_anew_once(server, tmp_path):
    with provider() as it:
        it.answers.append((200, {"access_token": token(USER, -100), "expires_in": 3600}))
        check_mailbox("box", mailbox(server, token_url=it.url, client_id="app"), tmp_path)

    assert 2 == len(it.asked)


REFUSALS = {
    "the provider's no": (400, {"error": "invalid_grant", "error_description": "revoked"}, LoginRefused),
    "its trouble": (503, {}, ConnectionLost),
    "another user's token": (200, {"access_token": token("eve"), "expires_in": 3600}, LoginRefused),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_the_provider_or_the_server_refuses_is_told_apart_from_trouble(server, tmp_path, case):
    status, answer, error = REFUSALS[case]
    with provider() as it:
        it.answers += [(status, answer), (status, answer)]
        with pytest.raises(error):
            check_mailbox("box", mailbox(server, token_url=it.url, client_id="app"), tmp_path)


def test_a_provider_that_is_away_is_trouble_and_no_refusal(server, tmp_path):
    box = mailbox(server, token_url=f"http://127.0.0.1:{servers.free_port()}/token", client_id="app")

    with pytest.raises(ConnectionLost, match="no access token"):
        check_mailbox("box", box, tmp_path)


@pytest.mark.slow
def test_serve_reads_a_mailbox_by_tokens(server: Dovecot, tmp_path: Path) -> None:
    with provider() as it:
        lines = f"\n[channel.mailbox.oauth]\ntoken_url = {json.dumps(it.url)}\nclient_id = 'app'\n"
        config = channel(USER, server.imap, password="") + lines
        server.deliver(USER, a_mail(ANA, "by token").as_bytes())
        with serving(tmp_path, channel=config) as desk:
            servers.wait_until(lambda: desk.read(newest_message), "it is on the desk")

    assert 1 == len(it.asked)
