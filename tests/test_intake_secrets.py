"""Secrets in what people write: found by form or by label, and only they."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.secrets import Secret, SecretKind, redacted, secrets_in

# Put together here, so that no scanner takes this file for a leak.
MARK = "RSA PRI" + "VATE KEY-----"
PEM = f"-----BEGIN {MARK}\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA7bq\nabc+/=\n-----END {MARK}"
CUT = "-----BEGIN PRI" + "VATE KEY-----\nMIIEpAIBAAKCAQEA7bqMIIEpAIBAAKCAQEA7bq"
AWS = "AKI" + "AIOSFODNN7EXAMPLE"
GITHUB = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0" * 2
SLACK = "xox" + "b-123456789012-abcdefABCDEF"
STRIPE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"
GOOGLE = "AI" + "za" + "SyA1234567890abcdefghijklmnopqrstuv"
JWT = "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

SECRETS = [
    ("password: hunter2", "hunter2", "password"),
    ("Password: Hunter2 is what I use", "Hunter2", "password"),
    ("my password is hunter2.", "hunter2", "password"),
    ("password = secret", "secret", "password"),
    ("PASSWORD:secret", "secret", "password"),
    ("pw = abc123", "abc123", "password"),
    ("pwd:S3cr3t!", "S3cr3t!", "password"),
    ('password="pa55word"', "pa55word", "password"),
    ('{"password": "pa55word"}', "pa55word", "password"),
    ("password hunter2", "hunter2", "password"),
    ("SMTP_PASSWORD=s3cret", "s3cret", "password"),
    ("DB_PASSWORD=s3cret", "s3cret", "password"),
    ("Password:\nhunter2\nThanks", "hunter2", "password"),
    ("**Password:** hunter2", "hunter2", "password"),
    ("login: admin password: letmein", "letmein", "password"),
    ("user admin, password: letmein", "letmein", "password"),
    ("user/pass: admin / secret", "secret", "password"),
    ("Username/Password: admin/secret", "secret", "password"),
    ("credentials: admin / hunter2", "hunter2", "password"),
    ("The password is: sunshine", "sunshine", "password"),
    ("password for the portal: hunter2", "hunter2", "password"),
    ("A senha do wifi é casa2020", "casa2020", "password"),
    ("PIN: 4821", "4821", "password"),
    ("Passwort lautet hunter2", "hunter2", "password"),
    ("Passwort: geheim", "geheim", "password"),
    ("Das Kennwort ist Sommer2024!", "Sommer2024!", "password"),
    ("Zugangsdaten: admin / Sommer24", "Sommer24", "password"),
    ("senha: abacate", "abacate", "password"),
    ("A senha é Abacate123", "Abacate123", "password"),
    ("usuário/senha: admin / abacate", "abacate", "password"),
    ("la password è Estate2024", "Estate2024", "password"),
    ("Credenziali: admin/estate", "estate", "password"),
    ("contraseña: verano99", "verano99", "password"),
    ("La contraseña es Verano_99", "Verano_99", "password"),
    ("mot de passe : soleil9", "soleil9", "password"),
    ("mdp: soleil", "soleil", "password"),
    ("wachtwoord: zomer24", "zomer24", "password"),
    ("Het wachtwoord is Zomer-24", "Zomer-24", "password"),
    ("https://admin:hunter2@pbx.example/x", "hunter2", "credentials-url"),
    ("sip://100:p@ss@pbx.example", "p@ss", "credentials-url"),
    ("postgresql://app:s3cret@db.example/app", "s3cret", "credentials-url"),
    (f"Here:\n{PEM}\nThanks", PEM, "private-key"),
    (CUT, CUT, "private-key"),
    (f"key {AWS} here", AWS, "api-key"),
    (GITHUB, GITHUB, "api-key"),
    (f"({STRIPE})", STRIPE, "api-key"),
    (f"key={GOOGLE}", GOOGLE, "api-key"),
    ("api key: 9f8e7d6c5b4a3210", "9f8e7d6c5b4a3210", "api-key"),
    ("API-Schlüssel: 9f8e7d6c5b4a", "9f8e7d6c5b4a", "api-key"),
    ("chave de API: 9f8e7d6c5b4a", "9f8e7d6c5b4a", "api-key"),
    ("client_secret=9f8e7d6c5b4a", "9f8e7d6c5b4a", "api-key"),
    (SLACK, SLACK, "token"),
    (JWT, JWT, "token"),
    ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789abcdef", "token"),
    ("access_token: abcdef0123456789", "abcdef0123456789", "token"),
    ("4111 1111 1111 1111", "4111 1111 1111 1111", "card-number"),
    ("card 4111-1111-1111-1111, thanks", "4111-1111-1111-1111", "card-number"),
    ("4111111111111111.", "4111111111111111", "card-number"),
    ("4111 1111 1111 1111 12/27", "4111 1111 1111 1111", "card-number"),
    ("3782 822463 10005", "3782 822463 10005", "card-number"),
    ("378282246310005", "378282246310005", "card-number"),
    ("5555 5555 5555 4444", "5555 5555 5555 4444", "card-number"),
    ("6011111111111117", "6011111111111117", "card-number"),
    ("3056 930902 5904", "3056 930902 5904", "card-number"),
]

NO_SECRETS = [
    "",
    "I forgot my password",
    "password reset does not work",
    "password: (please send)",
    "password: please reset it",
    "Password: it does not work",
    "Password: reset",
    "Subject: Password reset",
    "password: <password>",
    "password: ********",
    "password: [redacted: password]",
    "Username:\nPassword:\nThanks",
    "The password is wrong",
    "The password is not accepted.",
    "my password was changed yesterday",
    "password policy v2",
    "my boarding pass AB12345",
    "The password is case-sensitive",
    "Password is too short",
    "Please pass 1 message on",
    "This passport: AB12345",
    "compass: north2",
    "the login page is at https://pbx.example/login",
    "Passwort vergessen",
    "Das Passwort ist falsch.",
    "Passwort: bitte zurücksetzen",
    "senha inválida",
    "A senha é inválida",
    "La password non funziona",
    "La contraseña es incorrecta",
    "La clave es reiniciar el teléfono",
    "mot de passe oublié",
    "wachtwoord vergeten",
    "user/pass: see below",
    "login: see above",
    "access: read / write",
    "https://pbx.example:8443/login",
    "https://ana@pbx.example/",
    "mailto:ana@acme.example",
    "token expired",
    "The token is invalid",
    "token: invalid-signature",
    "bearer of bad news",
    "secret: nobody knows it",
    "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA7bq\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIEpAIBAAKCAQEA7bq\n-----END PUBLIC KEY-----",
    "4111 1111 1111 1112",  # fails the check
    "+39 049 1234567890",
    "+4111111111111111",  # a telephone number, whatever its check digit
    "1Z999AA10123456784",
    "ticket 1042",
    "0000 0000 0000 0000",
    "1234567890123456",
    "9400111899223197428490",
    "2024-05-01 12:00:00.123456",
    "550e8400-e29b-41d4-a716-446655440000",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "MAC 00:1A:2B:3C:4D:5E, IMEI 490154203237518",
    "CPF 529.982.247-25",
]


@pytest.mark.parametrize(("text", "secret", "kind"), SECRETS)
def test_a_secret_is_found_where_it_stands(text, secret, kind):
    start = text.rindex(secret)

    assert (Secret(SecretKind(kind), start, start + len(secret)),) == secrets_in(text)


@pytest.mark.parametrize("text", NO_SECRETS)
def test_talk_about_passwords_and_other_numbers_are_no_secrets(text):
    assert secrets_in(text) == ()


def test_a_word_stands_in_place_of_each_secret():
    text = "user admin\npassword: hunter2\ncard 4111 1111 1111 1111, thanks"

    assert (
        redacted(text, secrets_in(text))
        == "user admin\npassword: [redacted: password]\ncard [redacted: card-number], thanks"
    )


def test_spans_that_overlap_are_redacted_as_one():
    spans = [
        Secret(SecretKind.PASSWORD, 2, 5),
        Secret(SecretKind.TOKEN, 0, 3),
        Secret(SecretKind.TOKEN, 1, 2),
    ]

    assert redacted("0123456789", spans) == "[redacted: token]56789"


@pytest.mark.parametrize(("text", "secret", "kind"), SECRETS)
def test_what_was_redacted_is_not_found_again(text, secret, kind):
    clean = redacted(text, secrets_in(text))

    assert (False, ()) == (secret in clean, secrets_in(clean))


PIECES = [
    "password",
    ":",
    "=",
    " ",
    "\n",
    "is",
    "hunter2",
    "4111111111111111",
    "https://a:b@c",
    PEM,
    JWT,
    AWS,
    "/",
    "'",
]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_the_places_are_in_the_text_in_order_and_apart(text):
    places = [place for one in secrets_in(text) for place in (one.start, one.end)]

    assert sorted(places) == places
    assert all(0 <= one.start < one.end <= len(text) for one in secrets_in(text))


@pytest.mark.parametrize(
    "piece",
    ["password", "password: ", "a://", "a", "a:", "1", "1 ", "4111 ", "eyJ", "eyJaaaaaaaa.",
     "login: a/", "password for ", f"-----BEGIN {MARK}", f"-----BEGIN {MARK}\n" + "A" * 64, "xoxb-",
     "bearer ", "\n", " \t", "sk-", "pass ", "a/"],
)  # fmt: skip
def test_no_repetition_takes_long(piece):
    start = time.process_time()
    secrets_in(piece * (200_000 // len(piece)))

    assert time.process_time() - start < 10
