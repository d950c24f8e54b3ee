"""The part of an HAProxy configuration that dcgen writes, as frozen values.

The terms are HAProxy's: a *frontend* accepts connections, a *backend* is a pool, a *server* is one
address in it, a *proxy* is a frontend together with its backend (HAProxy Configuration Manual, 4).
All times are seconds.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from faults import UserError
from lb.address import HOST, NAME, Address
from lb.control import HEALTH_PATH, HEALTH_PORT, IN_CONTAINER, SOCKET_PATH, Control
from lb.image import HARD_STOP_S, stop_grace_s
from lb.late import NOTHING_LATE, Late
from lb.options import DEFAULTS, Options
from lb.question import CONNECTION, Check, Step
from lb.tls import Accepted, Tls

__all__ = [
    "DEFAULTS",
    "HEALTH_PATH",
    "HEALTH_PORT",
    "IN_CONTAINER",
    "NOTHING_LATE",
    "SOCKET_PATH",
    "Accepted",
    "Address",
    "Check",
    "Configuration",
    "Control",
    "Families",
    "Late",
    "Names",
    "Options",
    "Proxy",
    "Server",
    "Step",
    "Timeouts",
    "Tls",
]

Names = Literal["dns", "hosts"]
Families = Literal["ipv4", "both", "ipv6"]

_BIND = re.compile(r"fd@\d+|[A-Za-z0-9._*:\[\]-]*:\d+")

LEAST_RETRIES = 3
MOST_RETRIES = {"tcp": 30, "http": 6}
RENEWED_LEAVING_S = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Server:
    """One address of a pool; a *backup* serves only while no other server is up.

    *fixed* says that its name stands in ``/etc/hosts``: no nameserver knows it.
    """

    name: str
    address: Address
    backup: bool = False
    fixed: bool = False

    def __post_init__(self) -> None:
        _require_name(self.name)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A frontend that listens on *bind* (``:80``), over one pool of *servers*.

    Attributes:
        name: Of the backend; its frontend has "-in" behind it, for HAProxy 3.3 wants two names.
        host: What a health check sends as ``Host``.
        check: The health question; None asks nothing, and the servers count as up.
        failover: The first server alone serves; the next ones only while it is down.
        failback: With *failover*, the first serves again as soon as it is up, and no connection
            stays with another; else the one that has taken over serves until it is down itself.
        slots: Room for so many servers behind the one name in *servers*: DNS says who they are.
            0 means that *servers* are all there are.
        tls: How the servers are spoken to; None speaks plainly.
        accepted: What clients have to show; None takes plain connections.
        port: The container port that it stands for, whose options it has; 0 has those of all.
        http2: The servers speak HTTP/2 without TLS, and nothing else.
        optional: Perhaps nobody listens there: it counts for the health of the container only
            once a health check of it has succeeded.
    """

    name: str
    bind: str
    servers: tuple[Server, ...]
    host: str = "localhost"
    check: Check | None = CONNECTION
    failover: bool = False
    failback: bool = True
    slots: int = 0
    tls: Tls | None = None
    accepted: Accepted | None = None
    port: int = 0
    http2: bool = False
    optional: bool = False

    def __post_init__(self) -> None:
        _require_name(self.name)
        if not re.fullmatch(HOST, self.host):
            raise UserError(f"'{self.host}' is not a host", fix="write it as NAME or NAME:PORT")
        if not _BIND.fullmatch(self.bind):
            raise UserError(
                f"'{self.bind}' is not an address to listen on",
                fix="write it as PORT, ADDRESS:PORT or [IPV6]:PORT",
            )
        if not self.servers:
            raise UserError(f"'{self.name}' has no server", fix="give one HOST:PORT at least")

    @property
    def was_up(self) -> str | None:
        """The variable that a health check sets when it succeeds; None if the pool counts anyway.

        HAProxy's own question to MySQL can set none.
        """
        if not self.optional or self.check is None or self.check.mysql_user:
            return None
        return f"proc.{re.sub(r'[^A-Za-z0-9]', '_', self.name)}_was_up"

    @property
    def error_limit(self) -> int:
        """How many failed connections in a row take a server out.

        More than 1, so that a lost packet under load does not take it out; but DNS knows new
        replicas before they listen, and each of them must cost a request one attempt at most.
        """
        return 1 if self.slots else 3

    @property
    def errors_until_found(self) -> int:
        """How many failed connections it takes at most to find the one server that lives.

        A dead one has the fewest connections: with leastconn it draws every attempt until it is
        taken out.
        """
        others = self.slots or len(self.servers) - 1
        return others * self.error_limit if self.is_shared else 0

    @property
    def has_fixed(self) -> bool:
        """Whether nameservers do not know some of its servers."""
        return any(server.fixed for server in self.servers)

    @property
    def is_shared(self) -> bool:
        """Whether there may be a choice between servers."""
        return not self.failover and (len(self.servers) > 1 or self.slots > 0)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """HAProxy's time-outs.

    In TCP mode *tunnel* replaces *client* and *server*, unless *in_tcp* leaves it out there. In
    HTTP mode *answer* replaces *server*: a long poll or a stream of events may be silent as long.
    """

    connect: float = 2
    client: float = 60
    server: float = 60
    answer: float = 3600
    queue: float = 30
    tunnel: float | None = 3600
    in_tcp: bool = True


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything one HAProxy process needs to know.

    Attributes:
        names: How server names become addresses: ``dns`` asks the nameservers of
            ``/etc/resolv.conf`` again and again, ``hosts`` asks once, at the start
            (``/etc/hosts``, where the links of a v1 file are, or plain addresses).
        hard_stop_s: Seconds that clients have left when the process is asked to stop.
        distant: The servers are on other machines: firewalls between may forget a connection, and
            a machine may vanish without a word.
        late: What is decided when it is started, not in the text that `lb.render` gives.
        families: The kinds of addresses that the process has: it listens on both, and asks for the
            IPv6 addresses of servers only where it has no other.
    """

    proxies: tuple[Proxy, ...]
    options: Options = DEFAULTS
    names: Names = "dns"
    timeouts: Timeouts = field(default_factory=Timeouts)
    control: Control = IN_CONTAINER
    hard_stop_s: float = HARD_STOP_S
    distant: bool = False
    late: Late = NOTHING_LATE
    families: Families = "ipv4"

    def __post_init__(self) -> None:
        page = _port(self.stats_bind or "")
        if page is not None and page in {_port(proxy.bind) for proxy in self.proxies}:
            raise UserError(
                f"port {page} is the service's, not free for its statistics",
                fix="give `stats` another port",
            )

    @property
    def is_renewed(self) -> bool:
        """Whether HAProxy is to read new certificates while it runs."""
        tls = [proxy.tls for proxy in self.proxies if proxy.tls]
        return any(proxy.accepted for proxy in self.proxies) or any(one.renewed for one in tls)

    @property
    def leaving_s(self) -> float:
        """Seconds that a worker has to finish: when asked to stop, or when another took over.

        New certificates are read by a new worker, and no connection may end for them.
        """
        return RENEWED_LEAVING_S if self.is_renewed else self.hard_stop_s

    @property
    def grace_s(self) -> float:
        """Seconds that Docker waits before it ends what is open, where HAProxy has not."""
        return self.hard_stop_s if self.is_renewed else stop_grace_s(self.hard_stop_s)

    @property
    def peers(self) -> str | None:
        """Where a reload hands over which server has taken over; None if there is nothing to."""
        learns = any(proxy.failover and not proxy.failback for proxy in self.proxies)
        return self.control.peers if learns else None

    @property
    def resolves(self) -> bool:
        """Whether a resolvers section is needed: some server has a name that DNS may move."""
        return any(self.follows(server) for proxy in self.proxies for server in proxy.servers)

    def follows(self, server: Server) -> bool:
        """Tell whether DNS may move *server*."""
        return self.names == "dns" and server.address.is_name and not server.fixed

    @property
    def preferred(self) -> str:
        """Which addresses of servers DNS is asked for."""
        return "ipv6" if self.families == "ipv6" else "ipv4"

    @property
    def retries(self) -> int:
        """How many attempts a request has after the first; a dead server must not cost one.

        In HTTP mode requests are repeated as well when a server has failed to answer them: a
        request that harms every server must not reach many.
        """
        return self.retries_in("tcp" if self.options.mode == "tcp" else "http")

    def retries_in(self, mode: str) -> int:
        """Return how many *retries* there are in *mode*, HAProxy's ``tcp`` or ``http``."""
        wanted = max((proxy.errors_until_found for proxy in self.proxies), default=0)
        return max(LEAST_RETRIES, min(wanted, MOST_RETRIES[mode]))

    @property
    def health_bind(self) -> str | None:
        """Where the health frontend listens, past every port that a proxy listens on."""
        port = self.control.health_port
        if port is None:
            return None
        taken = {_port(bind) for bind in (*(p.bind for p in self.proxies), self.stats_bind or "")}
        while port in taken:
            port += 1
        return f"127.0.0.1:{port}"

    @property
    def stats_bind(self) -> str | None:
        """Where the statistics page listens; None if there is none."""
        page = self.options.stats_at
        return self.control.stats or (f":{page.port}" if page else None)


def _port(bind: str) -> int | None:
    tail = bind.rpartition(":")[2]
    return int(tail) if tail.isdigit() else None


def _require_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise UserError(
            f"'{name}' cannot be a name in HAProxy's configuration",
            fix="use letters, digits, '.', '_' and '-', and begin with a letter or a digit",
        )
