"""What a person may choose about a balancer or an ambassador, and its spelling in a label."""

import re
from dataclasses import dataclass, fields
from ipaddress import ip_address
from typing import Literal, get_args

from faults import UserError
from lb import option_text as spelling
from lb.address import LOOPBACK, Address
from lb.option_text import refusal

Mode = Literal["tcp", "http"]
Balance = Literal["leastconn", "roundrobin", "random", "source", "first"]
Log = Literal["errors", "access"]

_CHOICES = {"mode": Mode, "balance": Balance, "log": Log}
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_HEALTH_TIMES = ("health_interval", "health_timeout")
_URI = re.compile(r"/[A-Za-z0-9/._~!&()*+,;=:@%?-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices that shape a configuration; what is None follows from the others.

    Attributes:
        mode: ``http`` balances requests, ``tcp`` connections.
        balance: Which server is next (HAProxy Configuration Manual, "balance").
        sticky: A client stays with its server: by cookie in HTTP mode, by its address in TCP mode.
        server_maxconn: Connections to one server at a time; the others wait in HAProxy.
        health_path: Path of an HTTP health check; without, a connection is opened.
        health_interval: Seconds from one health check to the next; HAProxy asks once at a time.
        health_timeout: Seconds that the answer to a health check may take.
        timeout_connect: Seconds to open a connection to a server.
        timeout_client: Seconds without a sign from the client.
        timeout_server: Seconds without a sign from the server.
        timeout_queue: Seconds to wait for a free server, see *server_maxconn*.
        timeout_tunnel: Seconds that a connection may be idle in TCP mode or as a WebSocket.
        maxconn: Connections to one listening port; more wait in the kernel.
        threads: Of HAProxy, at most: it does not see a container's CPU quota.
        stats: ``PORT`` or ``ADDRESS:PORT`` of this machine, for the statistics page and the metrics
            for Prometheus; without, there is none. A port alone is one of 127.0.0.1.
        stats_secret: Compose secret with the password of that page.
        log: ``access`` logs every connection or request, ``errors`` those that went wrong.
    """

    mode: Mode = "tcp"
    balance: Balance = "leastconn"
    sticky: bool = False
    server_maxconn: int | None = None
    health_path: str | None = None
    health_interval: float | None = None
    health_timeout: float | None = None
    timeout_connect: float | None = None
    timeout_client: float | None = None
    timeout_server: float | None = None
    timeout_queue: float | None = None
    timeout_tunnel: float | None = None
    maxconn: int = 16384
    threads: int = 2
    stats: str | None = None
    stats_secret: str | None = None
    log: Log = "errors"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in get_args(choices):
                raise refusal(name, getattr(self, name), " or ".join(get_args(choices)))
        for name in ("server_maxconn", "maxconn", "threads"):
            _require_range(name, getattr(self, name), 1, 64 if name == "threads" else 1_000_000)
        _require_page(self.stats, self.stats_secret)
        for field in fields(self):
            if field.name.startswith("timeout_") or field.name in _HEALTH_TIMES:
                # HAProxy's times are at most 2^31 ms; below 1 ms they would read as none.
                _require_range(field.name, getattr(self, field.name), 0.001, 2_147_483)
        if self.health_path is not None and not _URI.fullmatch(self.health_path):
            raise refusal("health_path", self.health_path, "a path such as '/healthz'")

    @property
    def stats_at(self) -> Address | None:
        """Where the statistics page is on this machine; None if there is none."""
        return _address(self.stats) if self.stats else None

    def words(self) -> str:
        """Return the choices that differ from the defaults, as ``mode=http balance=first``."""
        return spelling.words(self)

    @classmethod
    def parse(cls, words: str) -> "Options":
        """Return the options that `words` wrote.

        Raises:
            UserError: A word is no option, or its value is not one of that option.
        """
        return cls(**spelling.values(cls, words))


def _require_range(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise refusal(name, value, f"a number from {least} to {most}")


def _require_page(stats: str | None, secret: str | None) -> None:
    if stats is not None:
        _address(stats)
    if secret is None:
        return
    if not _WORD.fullmatch(secret):
        raise refusal("stats_secret", secret, "the name of a secret")
    if stats is None:
        what = "there is no statistics page to protect"
        raise UserError(what, fix="give its port with `--stats PORT`")


def _address(text: str) -> Address:
    try:
        found = Address.parse(text if ":" in text else f"{LOOPBACK}:{text}")
        ip_address(found.host)
    except (UserError, ValueError):
        raise refusal("stats", text, "PORT or ADDRESS:PORT, for example 8404") from None
    return found


DEFAULTS = Options()
