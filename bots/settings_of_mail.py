"""The settings of how mail goes out, and of whom the DNS is asked: `[relay]` and `[dns]`."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bots.setting_values import Port, Secret, Tls, is_loopback
from intake.mistakes import Number, Written

LABEL = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})+")
SELECTOR = re.compile(rf"{LABEL}(?:\.{LABEL})*")


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise ValueError('expected a domain such as "vendor.example"')
    return text.lower()


def _selector(text: str) -> str:
    if not SELECTOR.fullmatch(text):
        raise ValueError('expected a name such as "deskbell1"')
    return text


def _nameserver(text: str) -> str:
    host, _, port = text.rpartition(":") if text.count(":") == 1 or text.startswith("[") else (text, "", "53")
    try:
        if text:
            ip_address(host.strip("[]"))
    except ValueError as error:
        raise ValueError('expected an address, with a port if need be: "127.0.0.1:5353"') from error
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError('expected a port from 1 to 65535, as in "127.0.0.1:5353"')
    return text


class FallbackSettings(Written):
    """A mail server that takes what we send."""

    host: str = Field("127.0.0.1", description="the mail server that takes what we send")
    port: Port = Field(25, description="its port")
    tls: Tls = Field("none", description="none, starttls or implicit")
    username: str = Field("", description="for AUTH; empty: none")
    password: Secret = Field("", description="its password")
    timeout: Number = Field(30, gt=0, le=600, description="seconds that one answer may take")
    ca_file: str = Field("", description="certificates of a private authority; empty: the system's")

    @field_validator("username")
    @classmethod
    def _is_not_said_in_clear(cls, username: str, info: ValidationInfo) -> str:
        if username and info.data.get("tls") == "none" and not is_loopback(info.data.get("host", "")):
            raise ValueError("would send the password in clear; set tls to implicit or starttls")
        return username


class DkimSettings(Written):
    """The signature under what we send (RFC 6376)."""

    domain: Annotated[str, AfterValidator(_domain)] = Field(
        description="who signs: the domain of desk.address, or one above it"
    )
    selector: Annotated[str, AfterValidator(_selector)] = Field(
        description="the key's name in the DNS: SELECTOR._domainkey.DOMAIN"
    )
    key: Secret = Field(description="the private key: PEM (RSA of 1024 bits or more, or Ed25519)")


class RelaySettings(FallbackSettings):
    dkim: DkimSettings | None = Field(None, description="sign what is sent; see [relay.dkim]")
    fallback: tuple[FallbackSettings, ...] = Field(
        (), description="servers to turn to while this one cannot be reached; see [[relay.fallback]]"
    )


class DnsSettings(Written):
    """Whom check_authentication asks."""

    nameserver: Annotated[str, AfterValidator(_nameserver)] = Field(
        "", description='a name server such as "127.0.0.1:5353"; empty: the system\'s'
    )
    zone_file: str = Field("", description="a DNS master file that answers everything, for tests and labs")
