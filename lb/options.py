"""What a person may choose about a balancer or an ambassador, and its spelling in a label."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal

from faults import UserError
from lb import option_text
from lb.address import HOST, LOOPBACK, Address
from lb.option_text import Choices, Text
from lb.ranges import BUFSIZE, COUNT, MAXHDR, PORTS, SECONDS, THREADS

Mode = Literal["tcp", "http"]
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
Count = Annotated[int, COUNT]
Path = Annotated[str, Text(r"/[A-Za-z0-9/._~!&()*+,;=:@%?-]*", "a path such as '/healthz'")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenOptions(Choices):
    """What a person chose about an HAProxy; what is None was not chosen.

    Attributes:
        mode: ``http`` balances requests, ``tcp`` connections.
        balance: Which server is next (HAProxy Configuration Manual, "balance").
        sticky: A client stays with its server: by cookie in HTTP mode, by its address in TCP mode.
        proxy_protocol: Each connection to a server begins with the client's address, in a line of
            the PROXY protocol, version 1.
        retry: In HTTP mode, a request that a server fails to answer is sent to another one if no
            server can have seen it, or if it is a GET or HEAD. HAProxy keeps a copy for that.
        server_maxconn: Connections to one server at a time; the others wait in HAProxy.
        health_path: Path of an HTTP health check; without, a connection is opened.
        health_host: What that check sends as ``Host``; ``localhost`` unless given.
        health_port: The container port that is asked so; every one that is balanced unless given.
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


def _page(text: str) -> Address:
    return Address.parse(text if ":" in text else f"{LOOPBACK}:{text}")


UNCHOSEN = ChosenOptions()
DEFAULTS = Options()
