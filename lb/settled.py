"""What a person chose for every port, settled for each: HTTP is not for a port that speaks TLS.

A choice for one port stands as it is. One for all of them holds where HTTP may be: not where it is
known what else is spoken, by the port's number (IANA, "Service Name and Transport Protocol Port
Number Registry", and the documentation of what listens there) or because a caller knows more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from lb.options import Chosen, ChosenOptions, Mode, PortOptions, by_port

GRPC, TLS = "gRPC", "TLS"
_NUMBERS = {
    "FTP": (20, 21, 989, 990),
    "SSH": (22, 2222),
    "Telnet": (23, 992),
    "SMTP": (25, 465, 587, 1025, 2525),
    "DNS": (53, 853),
    "POP3": (110, 995),
    "IMAP": (143, 993),
    "LDAP": (389, 636),
    TLS: (443, 2376, 4443, 6443, 8443, 9443),
    "SMB": (139, 445),
    "RTSP": (554, 8554),
    "RTMP": (1935,),
    "SQL Server": (1433,),
    "Oracle": (1521,),
    "MQTT": (1883, 8883),
    "NFS": (2049,),
    "ZooKeeper": (2181, 2888, 3888),
    "MySQL": (3306, 33060),
    "RDP": (3389,),
    "NATS": (4222, 6222),
    "Beats": (5044,),
    "SIP": (5060, 5061),
    "XMPP": (5222, 5269),
    "PostgreSQL": (5432, 6432),
    "AMQP": (5671, 5672),
    "VNC": (5900, 5901),
    "Redis": (6379, 16379, 26379),
    "IRC": (6667, 6697),
    "Cassandra": (7000, 9042),
    "Bolt": (7687,),
    "Kafka": (9092, 9093, 9094, 29092),
    "Elasticsearch's transport": (9300,),
    "memcached": (11211,),
    "Minecraft": (25565,),
    "CockroachDB": (26257,),
    "MongoDB": (27017, 27018, 27019),
    "RethinkDB": (28015, 29015),
}
_GRPC = (4317, 50051)  # OpenTelemetry Protocol Specification, and the examples of gRPC


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a port speaks: the *mode* that fits it, and the *name* of it for a person."""

    mode: Mode
    name: str


def by_number(port: int, mode: Mode | None = None) -> Spoken | None:
    """Return what is spoken on *port*, as its number says; None if that may be in *mode*."""
    if port in _GRPC and mode != "h2c":
        return Spoken("tcp", GRPC)
    known = (Spoken("tcp", name) for name, ports in _NUMBERS.items() if port in ports)
    return next(known, None)


@dataclass(frozen=True, slots=True)
class Settled(Generic[Chosen]):
    """The *options*, each port's own among them, and the ports that they are not for, by name.

    Those that HTTP is not for are *left_out*, those without the PROXY protocol *untold*.
    """

    options: Chosen
    left_out: Mapping[int, str]
    untold: Mapping[int, str]

    def __str__(self) -> str:
        return named(self.left_out)


def settled(
    options: Chosen, ports: Collection[int], known: Mapping[int, Spoken] | None = None
) -> Settled[Chosen]:
    """Return *options* for *ports* that speak as *known* says, else as their numbers do."""
    mode = options.mode or ("http" if options.sticky else None)  # see `ChosenOptions.complete`
    spoken = {port: (known or {}).get(port) or by_number(port, mode) for port in ports}
    own = {port: options.of_port(port) for port in ports}
    found = {port: _with_mode(mode, own[port], spoken[port]) for port in ports}
    general = options
    asked = _asked(options, found, spoken)
    if asked is not None:
        general = replace(general, health_path=None)
        for port in asked:
            found[port] = replace(found[port], health_path=options.health_path)
    limited = _limited(options, mode, found)
    if limited is not None:
        general = replace(general, server_maxconn=None)
        for port in limited:
            found[port] = replace(found[port], server_maxconn=options.server_maxconn)
    untold = _untold(options, own, spoken)
    for port in untold:
        found[port] = replace(found[port], proxy_protocol=False)
    left = [port for port in ports if _is_left(options, found[port], own[port], spoken[port])]
    names = {port: one.name for port, one in spoken.items() if one}
    return Settled(
        replace(general, by_port=by_port(found)),
        {port: names[port] for port in left},
        {port: names[port] for port in untold},
    )


def _untold(
    options: ChosenOptions,
    own: Mapping[int, PortOptions],
    spoken: Mapping[int, Spoken | None],
) -> list[int]:
    """Return the ports that the PROXY protocol is not for, though it was chosen for all.

    It is for those that speak HTTP or TLS; for all if there is none of them.
    """
    web = {port for port, one in spoken.items() if not one or one.mode != "tcp" or one.name == TLS}
    if not (options.proxy_protocol and web):
        return []
    return [port for port in spoken if port not in web and own[port].proxy_protocol is None]


def _with_mode(mode: Mode | None, own: PortOptions, spoken: Spoken | None) -> PortOptions:
    if own.mode or spoken is None or spoken.mode == (mode or "tcp"):
        return own
    if mode == "tcp" or (mode is None and spoken.mode == "http"):
        return own  # connections can be balanced whatever they carry
    return replace(own, mode=spoken.mode)


def _asked(
    options: ChosenOptions,
    found: Mapping[int, PortOptions],
    spoken: Mapping[int, Spoken | None],
) -> list[int] | None:
    """Return the ports that are asked for the general health path; None if all others are."""
    if not options.health_path or options.health_port:
        return None
    free = [port for port, one in found.items() if not one.health_path]
    may = [port for port in free if _may_be_http(found[port], spoken[port])]
    plain = [port for port in may if (found[port].mode or options.mode) != "h2c"]
    asked = plain or may
    return None if asked == free else asked


def _limited(
    options: ChosenOptions, mode: Mode | None, found: Mapping[int, PortOptions]
) -> list[int] | None:
    """Return the ports that have the general limit; None if all have that have none of their own.

    A limit that is chosen with HTTP is one of requests: of connections it would be another one.
    """
    if not options.server_maxconn or mode in (None, "tcp"):
        return None
    free = [port for port, one in found.items() if not one.server_maxconn]
    limited = [port for port in free if found[port].mode != "tcp"]
    return None if limited == free else limited


def _may_be_http(own: PortOptions, spoken: Spoken | None) -> bool:
    return own.mode in ("http", "h2c") or spoken is None or spoken.mode != "tcp"


def _is_left(
    options: ChosenOptions, found: PortOptions, own: PortOptions, spoken: Spoken | None
) -> bool:
    if spoken is None or spoken.mode != "tcp" or own.mode in ("http", "h2c"):
        return False
    asked = options.health_path and not options.health_port and not own.health_path
    return found.mode != own.mode or bool(asked)


def named(ports: Mapping[int, str]) -> str:
    """Return *ports*, one at least, for a person: ``443 (TLS) and 22 (SSH)``."""
    return listed([f"{port} ({name})" for port, name in ports.items()])


def listed(words: Sequence[str]) -> str:
    """Return *words*, one at least, as a person lists them: ``80, 443 and 22``."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
