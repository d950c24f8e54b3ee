"""The balancers and ambassadors that run, and the way to the runtime socket of each.

In a container the socket is a file that nobody outside sees: it is asked by a program inside. The
images have none for that purpose, so whatever can open a Unix socket serves: the one on Debian has
perl, the one on Alpine has nothing, unless somebody adds socat.
Of a process of this host the socket is a file of this host.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from composefile.labels import Identity
from engine.docker.containers import Container, Site
from engine.hosts import DEFAULT_HOST, Host
from engine.variant import Service, Variant
from faults import HostError, UserError
from lb.image import DEFAULT_IMAGE
from lb.model import SOCKET_PATH
from lb.runtime import Ask, Row, rows
from lb.socket import ask as ask_socket

# A machine that is full, as that of a trial may be, lets even a sound HAProxy wait for its turn.
_ANSWERS_WITHIN_S = 20

PERL = r"""
use IO::Socket::UNIX;
my ($path, $line) = @ARGV;
my $haproxy = IO::Socket::UNIX->new($path) or die "$path: $!\n";
print $haproxy "$line\n";
print while <$haproxy>;
"""
# $1 is the socket, $2 the line, $3 the program above: words, never part of the script.
SCRIPT = r"""
if command -v perl >/dev/null; then exec perl -e "$3" "$1" "$2"; fi
[ -S "$1" ] || { echo "$1: No such file or directory" >&2; exit 1; }
if command -v socat >/dev/null; then printf '%s\n' "$2" | socat -t 10 - "UNIX-CONNECT:$1"; exit; fi
if nc -h 2>&1 | grep -q -e -U; then printf '%s\n' "$2" | nc -U "$1"; exit; fi
echo "its image has neither perl nor socat nor nc -U" >&2
exit 127
"""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod that runs in a cluster, for *service*, at the address *ip*."""

    name: str
    service: str
    ip: str


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A balancer or ambassador that runs.

    Attributes:
        service: The service, as the variant describes it.
        ask: The way to its runtime socket.
        site: Where its container is; None for a process of this host.
        container: Its container, None for a process.
        socket: Its socket on this host, None for a container.
        listens: Tells whether somebody listens at a host and a port, as seen from there, by a way
            that is open; None if that is broken, or there is none.
        pod: Its pod; None unless it is in a cluster.
        pods: All pods there that run for the variant.
    """

    service: Service
    ask: Ask
    site: Site | None = None
    container: Container | None = None
    socket: Path | None = None
    listens: Callable[[str, int], bool | None] | None = None
    pod: Pod | None = None
    pods: tuple[Pod, ...] = ()

    @property
    def identity(self) -> Identity:
        """What it is: as its container says if a provider has made that, else as the file does.

        Raises:
            UserError: A label of dcgen's does not read as what it should be.
        """
        if self.container and self.service.is_provided:
            return self.container.identity
        return self.service.identity

    @property
    def host(self) -> Host:
        """The Docker host; the default one for processes, too."""
        return self.site.host if self.site else DEFAULT_HOST

    @property
    def dynamic(self) -> bool:
        """Whether DNS says who its servers are."""
        return bool(self.container or self.pod) and self.identity.is_dynamic

    @property
    def is_sidecar(self) -> bool:
        """Whether it runs in the pods of another service, so that there may be several of it."""
        return self.pod is not None and self.pod.service != self.service.name

    def rows(self) -> list[Row]:
        """Return its servers, empty slots too."""
        return rows(self.ask)


@dataclass(frozen=True, slots=True)
class Server:
    """A server of a live balancer or ambassador, by the *name* that a person has for it.

    That is the name in HAProxy's configuration, but for a slot the container that fills it; that of
    a sidecar has its pod in front.
    """

    live: Live
    name: str
    row: Row

    @property
    def ip(self) -> str:
        """Its IP address; empty if it has none."""
        return self.row.ip


def proxies(variant: Variant, *names: str) -> list[Service]:
    """Return the balancers and ambassadors of *variant*, or those of *names*.

    What a service with dcgen as its provider is, its containers say.

    Raises:
        UserError: One of *names* is none of them, or there is none at all.
    """
    found = {s.name: s for s in variant if s.identity.is_proxy or s.is_provided}
    if not found:
        what = f"there is neither a balancer nor an ambassador in '{variant.file}'"
        raise UserError(what, fix="make one: dcgen scale SERVICE N, or name the variant with -f")
    for name in names:
        if name not in found:
            what = f"service '{name}' is neither a balancer nor an ambassador in '{variant.file}'"
            raise UserError(what, fix=f"name one of {', '.join(found)}")
    return [found[name] for name in names or found]


def on_docker(variant: Variant, site: Site, *names: str) -> list[Live]:
    """Return the containers of the proxies of *variant*, or of *names*, that run on *site*.

    What the file calls a balancer may be the application's own container: one that was started
    before the service was scaled. Only a container whose labels say so has HAProxy in it.

    Raises:
        UserError: See `proxies`.
        HostError: Docker or Compose does not answer.
    """
    services = {service.name: service for service in proxies(variant, *names)}
    return [
        live_in(services[one.service], site, one)
        for one in site.running(*services)
        if one.identity.is_proxy
    ]


def live_in(service: Service, site: Site, container: Container) -> Live:
    """Return the HAProxy in *container* on *site*, which does the work of *service*."""
    return Live(service, asking(site, container), site, container)


def as_processes(variant: Variant, sockets: Iterable[tuple[str, Path]], *names: str) -> list[Live]:
    """Return the proxies of *variant*, or those of *names*, that run as processes of this host.

    Args:
        variant: The file.
        sockets: The service and the runtime socket of each process that runs.
        names: Services.

    Raises:
        UserError: See `proxies`.
    """
    services = {service.name: service for service in proxies(variant, *names)}
    return [
        Live(services[name], _local(socket), socket=socket)
        for name, socket in sockets
        if name in services
    ]


def servers(live: Live) -> list[Server]:
    """Return the servers of *live*, without slots that nobody fills."""
    if not live.dynamic:
        of = f"{live.pod.name}/" if live.pod and live.is_sidecar else ""
        return [Server(live, f"{of}{row.server}", row) for row in live.rows()]
    names = _members(live)
    order = list(names.values())
    filled = (Server(live, row.server, row) for row in live.rows() if row.address)
    found = [replace(server, name=names.get(server.ip, server.name)) for server in filled]
    return sorted(found, key=lambda s: order.index(s.name) if s.name in order else len(order))


def _members(live: Live) -> dict[str, str]:
    """Return the replicas of *live* that there are, by their addresses."""
    replicas = live.identity.replicas
    if live.site is None:
        return {pod.ip: pod.name for pod in live.pods if pod.service in replicas}
    members = live.site.containers(*replicas)
    return {ip: one.name for one in members for ip in one.addresses.values() if ip}


def asking(site: Site, container: Container) -> Ask:
    """Return the way to the runtime socket of the HAProxy in *container* on *site*."""

    def ask(line: str) -> str:
        words = ("exec", container.id, "sh", "-c", SCRIPT, "sh", SOCKET_PATH, line, PERL)
        try:
            return site.docker(*words, within_s=_ANSWERS_WITHIN_S)
        except HostError as error:
            raise unanswered(container.name, error.what) from error

    return ask


def _local(socket: Path) -> Ask:
    def ask(line: str) -> str:
        try:
            return ask_socket(socket, line, _ANSWERS_WITHIN_S)
        except OSError as error:
            raise unanswered(socket.stem, str(error.strerror or error)) from error

    return ask


def unanswered(name: str, reason: str) -> HostError:
    """Return the error for a HAProxy in *name* that did not answer, for *reason*."""
    if "No such file" in reason:
        what = f"the HAProxy of '{name}' has no runtime socket"
        return HostError(what, fix="make the variant again, with --lb-config inline or file")
    fix = "read its log: dcgen logs"
    if "neither perl" in reason:
        fix = f"choose an image on Debian, as {DEFAULT_IMAGE} is: --lb-image {DEFAULT_IMAGE}"
    return HostError(f"the HAProxy of '{name}' does not answer: {reason}", fix=fix)
