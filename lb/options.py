"""What a person may choose about a balancer or an ambassador, and its spelling in a label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Annotated, Literal, TypeVar

from faults import UsageError, UserError
from lb import option_text
from lb.address import HOST, LOOPBACK, Address
from lb.option_text import UNSPELLED, Choices, Text
from lb.ranges import BUFSIZE, COUNT, MAXHDR, PORTS, SECONDS, THREADS

Chosen = TypeVar("Chosen", bound="ChosenOptions")
Mode = Literal["tcp", "http", "h2c"]
Balance = Literal["leastconn", "roundrobin", "random", "source", "first"]
Log = Literal["errors", "access"]


class _Page:
    """Where the statistics page may be."""

    allowed = "PORT or ADDRESS:PORT, for example 8404"

    def allows(self, value: str) -> bool:
        """Tell whether *value* is a port, alone or of an address."""
        try:
            ip_address(_page(value).host)
        except (UserError, ValueError):
            return False
        return True


Host = Annotated[str, Text(HOST, "a host such as 'shop.example'")]
Seconds = Annotated[float, SECONDS]
SPELLINGS = {"grpc": "h2c"}
"""Other words for a mode."""

Count = Annotated[int, COUNT]
Path = Annotated[str, Text(r"/[A-Za-z0-9/._~!&()*+,;=:@%?-]*", "a path such as '/healthz'")]
_OF_A_PORT = re.compile(r"(?P<name>[a-z-]+):(?P<port>\d+)=(?P<value>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOptions(Choices):
    """What a person chose for one port; see `ChosenOptions`. What is None is as for every port."""

    mode: Mode | None = None
    server_maxconn: Count | None = None
    health_path: Path | None = None
    proxy_protocol: bool | None = None


ByPort = tuple[tuple[int, PortOptions], ...]


class Ports:
    """Container ports, each once, in order, and something that was chosen for each."""

    allowed = f"a number of a port from {PORTS}"

    def allows(self, value: ByPort) -> bool:
        """Tell whether each is a port."""
        ports = [port for port, _ in value]
        return all(map(PORTS.allows, ports)) and ports == sorted(set(ports))


def by_port(found: Mapping[int, PortOptions]) -> ByPort:
    """Return *found* as `ChosenOptions` holds it: in order, without those that choose nothing."""
    return tuple((port, one) for port, one in sorted(found.items()) if one != PortOptions())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenOptions(Choices):
    """What a person chose about an HAProxy; what is None was not chosen.

    Attributes:
        mode: ``http`` balances requests, ``tcp`` connections, ``h2c`` requests to servers that
            speak HTTP/2 without TLS, as those of gRPC do.
        balance: Which server is next (HAProxy Configuration Manual, "balance").
        sticky: A client stays with its server: by cookie in HTTP mode, by its address in TCP mode.
        proxy_protocol: Each connection to a server begins with the client's address, in a line of
            the PROXY protocol, version 1.
        retry: In HTTP mode, a request that a server fails to answer is sent to another one if no
            server can have seen it, or if it is a GET or HEAD. HAProxy keeps a copy for that.
        server_maxconn: Connections to one server at a time; the others wait in HAProxy.
        health_path: Path of an HTTP health check; without, a connection is opened.
        health_host: What that check sends as ``Host``; ``localhost`` unless given.
        health_port: The port that is asked in the place of those that serve: of a container, or of
            the host of an upstream.
        health_interval: Seconds from one health check to the next; HAProxy asks once at a time.
        health_timeout: Seconds that the answer to a health check may take.
        timeout_connect: Seconds to open a connection to a server.
        timeout_client: Seconds without a sign from the client.
        timeout_server: Seconds without a sign from the server.
        timeout_queue: Seconds to wait for a free server, see *server_maxconn*.
        timeout_tunnel: Seconds that a connection may be idle in TCP mode or as a WebSocket.
        timeout_http_request: Seconds that the header of a request may take to come, in HTTP mode.
        timeout_http_keep_alive: Seconds to wait for the next request, in HTTP mode.
        bufsize: Bytes of a buffer: the header of a request or an answer must leave 1024 of one.
        maxhdr: Lines that such a header may have.
        maxconn: Connections to one listening port; more wait in the kernel.
        threads: Of HAProxy, at most: it does not see a container's CPU quota.
        stats: ``PORT`` or ``ADDRESS:PORT`` of this machine, for the statistics page and the metrics
            for Prometheus; without, there is none. A port alone is one of 127.0.0.1.
        stats_secret: Compose secret with the password of that page.
        log: ``access`` logs every connection or request, ``errors`` those that went wrong.
        by_port: What was chosen for one container port, in the place of the same for all. Its
            words have the port in their name: ``mode:443=tcp``.
    """

    mode: Mode | None = None
    balance: Balance | None = None
    sticky: bool | None = None
    proxy_protocol: bool | None = None
    retry: bool | None = None
    server_maxconn: Count | None = None
    health_path: Path | None = None
    health_host: Host | None = None
    health_port: Annotated[int, PORTS] | None = None
    health_interval: Seconds | None = None
    health_timeout: Seconds | None = None
    timeout_connect: Seconds | None = None
    timeout_client: Seconds | None = None
    timeout_server: Seconds | None = None
    timeout_queue: Seconds | None = None
    timeout_tunnel: Seconds | None = None
    timeout_http_request: Seconds | None = None
    timeout_http_keep_alive: Seconds | None = None
    bufsize: Annotated[int, BUFSIZE] | None = None
    maxhdr: Annotated[int, MAXHDR] | None = None
    maxconn: Count | None = None
    threads: Annotated[int, THREADS] | None = None
    stats: Annotated[str, _Page()] | None = None
    stats_secret: Annotated[str, Text(r"[A-Za-z0-9_.-]+", "the name of a secret")] | None = None
    log: Log | None = None
    by_port: Annotated[ByPort, Ports()] = field(default=(), metadata=UNSPELLED)

    # The base is named, not found by `super()`: with slots, a dataclass is made anew and loses it.

    def words(self) -> str:
        """Return the choices that differ from the defaults, as ``mode=http mode:443=tcp``."""
        of_ports = [
            word.replace("=", f":{port}=", 1)
            for port, options in self.by_port
            for word in options.words().split()
        ]
        return " ".join(filter(None, [Choices.words(self), *of_ports]))

    @classmethod
    def parse(cls: type[Chosen], words: str) -> Chosen:
        """Return the choices that `words` wrote; a later word wins.

        Raises:
            UserError: A word is no choice, its value is not one of that choice, or two contradict.
        """
        general: list[str] = []
        of_ports: dict[int, list[str]] = {}
        for word in words.split():
            match = _OF_A_PORT.fullmatch(word)
            if match:
                chosen = f"{match['name']}={match['value']}"
                of_ports.setdefault(port_number(match["port"]), []).append(chosen)
            else:
                general.append(word)
        found = {port: PortOptions.parse(" ".join(chosen)) for port, chosen in of_ports.items()}
        return replace(option_text.parse(cls, general), by_port=by_port(found))

    def over(self: Chosen, former: Chosen) -> Chosen:
        """Return these choices, and those of *former* where nothing was chosen here.

        What is chosen here for all ports takes the place of what was for one of them.
        """
        found = {
            port: _without(options, [name for name, _ in option_text.chosen(self)])
            for port, options in former.by_port
        }
        for port, options in self.by_port:
            found[port] = options.over(found.get(port, PortOptions()))
        return replace(Choices.over(self, former), by_port=by_port(found))

    def of_port(self, port: int) -> PortOptions:
        """Return what was chosen for *port* alone."""
        return dict(self.by_port).get(port, PortOptions())

    def require_question(self, *others: "ChosenOptions") -> None:
        """See that a host that was chosen here is sent: that these or *others* have a path.

        Raises:
            UsageError: None has, so that a connection is all that a health check asks for.
        """
        if self.health_host and not any("health_path" in one.names for one in (self, *others)):
            raise UsageError(
                "no health check asks by HTTP, and `--health-host` would have no effect",
                fix="give its path with `--health-path PATH`, or leave it out",
            )

    @property
    def names(self) -> list[str]:
        """The fields in which something was chosen, for all ports or for one."""
        every = [self, *(options for _, options in self.by_port)]
        found = [name for choices in every for name, _ in option_text.chosen(choices)]
        return [name for name in dict.fromkeys(found) if name != "by_port"]

    @property
    def stats_at(self) -> Address | None:
        """Where the statistics page is on this machine; None if there is none."""
        return _page(self.stats) if self.stats else None

    def complete(self) -> "Options":
        """Return the choices, with the defaults where nothing was chosen.

        Whoever wants clients to stay with their server gets HTTP mode unless told otherwise:
        behind another proxy, all clients have one address.

        Raises:
            UserError: They contradict each other.
        """
        found = dict(option_text.chosen(self))
        if self.sticky:
            found.setdefault("mode", "http")
        return Options(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(ChosenOptions):
    """The choices that shape a configuration; what is still None follows from the others."""

    mode: Mode = "tcp"
    balance: Balance = "leastconn"
    sticky: bool = False
    proxy_protocol: bool = False
    retry: bool = True
    timeout_http_request: Seconds = 10
    timeout_http_keep_alive: Seconds = 10
    maxconn: Count = 16384
    threads: Annotated[int, THREADS] = 2
    log: Log = "errors"

    def __post_init__(self) -> None:
        option_text.require(self)
        if self.stats_secret and not self.stats:
            what = "there is no statistics page to protect"
            raise UserError(what, fix="give its port with `--stats PORT`")

    def words(self) -> str:
        """Return the choices that differ from the defaults; with *sticky*, the mode is one."""
        told = "mode=tcp " if self.sticky and self.mode == "tcp" else ""
        return told + ChosenOptions.words(self)

    def of(self, port: int) -> "Options":
        """Return what holds for the container port *port*: with its own choices, of no other."""
        return replace(self, by_port=(), **dict(option_text.chosen(self.of_port(port))))


def port_number(word: str) -> int:
    """Return the container port that *word* is.

    Raises:
        UserError: It is none.
    """
    port = int(word)
    if not PORTS.allows(port):
        raise UserError(f"'{word}' is not a port", fix=f"give {PORTS.allowed}")
    return port


def _without(options: PortOptions, names: list[str]) -> PortOptions:
    return replace(options, **{name: None for name in names if hasattr(options, name)})


def _page(text: str) -> Address:
    return Address.parse(text if ":" in text else f"{LOOPBACK}:{text}")


UNCHOSEN = ChosenOptions()
DEFAULTS = Options()
