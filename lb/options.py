"""What a person may choose about a balancer or an ambassador, and its spelling in a label."""

import re
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from dcgen.errors import UserError

Mode = Literal["tcp", "http"]
Balance = Literal["leastconn", "roundrobin", "random", "source", "first"]
Log = Literal["errors", "access"]

_CHOICES = {"mode": Mode, "balance": Balance, "log": Log}
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
        timeout_connect: Seconds to open a connection to a server.
        timeout_client: Seconds without a sign from the client.
        timeout_server: Seconds without a sign from the server.
        timeout_queue: Seconds to wait for a free server, see *server_maxconn*.
        timeout_tunnel: Seconds that a connection may be idle in TCP mode or as a WebSocket.
        maxconn: Connections to one listening port; more wait in the kernel.
        threads: Of HAProxy, at most: it does not see a container's CPU quota.
        stats: Port of the statistics page and of Prometheus' metrics; without, there is none.
        log: ``access`` logs every connection or request, ``errors`` those that went wrong.
    """

    mode: Mode = "tcp"
    balance: Balance = "leastconn"
    sticky: bool = False
    server_maxconn: int | None = None
    health_path: str | None = None
    timeout_connect: float | None = None
    timeout_client: float | None = None
    timeout_server: float | None = None
    timeout_queue: float | None = None
    timeout_tunnel: float | None = None
    maxconn: int = 16384
    threads: int = 2
    stats: int | None = None
    log: Log = "errors"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in get_args(choices):
                raise _refusal(name, getattr(self, name), " or ".join(get_args(choices)))
        for name in ("server_maxconn", "maxconn", "threads"):
            _require_range(name, getattr(self, name), 1, 64 if name == "threads" else 1_000_000)
        _require_range("stats", self.stats, 1, 65535)
        for field in fields(self):
            if field.name.startswith("timeout_"):
                # HAProxy's time-outs are at most 2^31 ms; below 1 ms they would read as none.
                _require_range(field.name, getattr(self, field.name), 0.001, 2_147_483)
        if self.health_path is not None and not _URI.fullmatch(self.health_path):
            raise _refusal("health_path", self.health_path, "a path such as '/healthz'")

    def words(self) -> str:
        """Return the choices that differ from the defaults, as ``mode=http balance=first``."""
        return " ".join(
            f"{_word(field.name)}={_spell(getattr(self, field.name))}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        )

    @classmethod
    def parse(cls, words: str) -> "Options":
        """Return the options that `words` wrote.

        Raises:
            UserError: A word is no option, or its value is not one of that option.
        """
        return cls(**dict(_parse_word(word) for word in words.split()))


def _parse_word(word: str) -> tuple[str, Any]:
    key, _, value = word.partition("=")
    types = {_word(field.name): (field.name, str(field.type)) for field in fields(Options)}
    if key not in types:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(key, types, 1)
        raise UserError(
            f"no option named '{key}'",
            fix=f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(types)}",
        )
    name, type_ = types[key]
    try:
        return name, _read(value, type_)
    except ValueError:
        raise _refusal(name, value, "yes or no" if "bool" in type_ else "a number") from None


def _read(value: str, type_: str) -> object:
    if "bool" in type_:
        if value not in {"yes", "no"}:
            raise ValueError(value)
        return value == "yes"
    if "int" in type_:
        return int(value)
    return float(value) if "float" in type_ else value


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _word(name: str) -> str:
    return name.replace("_", "-")


def _require_range(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        raise _refusal(name, value, f"a number from {least} to {most}")


def _refusal(name: str, value: object, allowed: str) -> UserError:
    word = _word(name)
    return UserError(f"'{value}' is not a value of {word}", fix=f"give {word} {allowed}")


DEFAULTS = Options()
