"""A HAProxy in a container that accepts nobody while its host ports change hands.

Docker forgets the connections of an address a moment after it has made its host ports: the answer
to whoever came in between leaves by another port, the client refuses it, and waits for ever. A
client that is refused tries again. So the new HAProxy accepts nobody until Docker is done, and the
old one accepts nobody from a moment on in which none is connected, or few, who are answered then.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from engine.docker.containers import Container, Site
from engine.hosts import WITHIN_S
from engine.live.peers import PEERS, hexadecimal, ipv4, line
from faults import HostError
from lb.model import SOCKET_PATH

# What takes longer is cut off: the host ports are not served meanwhile.
ANSWERED_WITHIN_S = 0.2

# The end of its input releases it, too: nobody is held because this command was killed.
_ASK = r"""
use IO::Socket::UNIX;
$| = 1;
sub ask {
    my $haproxy = IO::Socket::UNIX->new($ARGV[0]) or die "$ARGV[0]: $!\n";
    print $haproxy "$_[0]\n";
    return <$haproxy>;
}
my @names = map { /^([^#,]+),FRONTEND,/ ? $1 : () } ask("show stat -1 1 -1");
@names = grep { $_ ne "health" } @names;
sub all_of_them { ask(join("; ", map { "$_[0] frontend $_" } @names)) }
"""
_HOLD = rf"""{_ASK}
all_of_them("disable");
print "held\n";
<STDIN>;
all_of_them("enable");
print "released\n";
"""
# Arguments: the socket, the ports in hexadecimal, seconds to wait for a moment in which nobody is
# connected, and seconds after it. The connections that a former worker still has are among them.
_CLOSE = rf"""{_ASK}
my (undef, $ports, $patience, $after) = @ARGV;
{PEERS}
wait_until_idle($patience);
all_of_them("disable");
print "closed\n";
print join(" ", "left", wait_until_idle($after)), "\n";
<STDIN>;
all_of_them("enable");
"""


@dataclass(frozen=True, slots=True)
class Closed:
    """A HAProxy that accepts nobody any more.

    Attributes:
        at_s: Since when, by the monotonic clock.
        left: The IPv4 address of each connection that is still open.
    """

    at_s: float
    left: list[str]


@contextmanager
def held(site: Site, container: Container) -> Iterator[Callable[[], None]]:
    """Let the HAProxy in *container* on *site* accept nobody; give the function that ends it.

    But for Docker, which asks whether it is healthy. An image without perl is not held.

    Raises:
        HostError: It does not say that it accepts again.
    """
    command = ("docker", "exec", "-i", container.id, "perl", "-e", _HOLD, SOCKET_PATH)
    with site.host.converse(command) as way:
        way.settimeout(WITHIN_S)
        with way.makefile("rb") as said:
            is_held = line(said) == "held"

            def release() -> None:
                with suppress(OSError):  # it has ended
                    way.sendall(b"\n")
                if is_held and line(said) != "released":
                    what = f"the HAProxy in '{container.name}' does not accept connections again"
                    raise HostError(what, fix="read its log: dcgen logs")

            yield release


@contextmanager
def closed(
    site: Site, container: Container, ports: Sequence[int], patience_s: float
) -> Iterator[Closed | None]:
    """Let the HAProxy in *container* accept nobody; it does again at the end.

    It goes on until nobody is connected, or for *patience_s* seconds. Those who are connected after
    that have `ANSWERED_WITHIN_S` to end.

    Args:
        site: Where it runs.
        container: It.
        ports: Those that it listens on.
        patience_s: Seconds.

    Yields:
        Since when it does not, and who is left; None for an image without perl, which goes on.
    """
    times = (str(patience_s), str(ANSWERED_WITHIN_S))
    words = ("perl", "-e", _CLOSE, SOCKET_PATH, hexadecimal(ports), *times)
    with site.host.converse(("docker", "exec", "-i", container.id, *words)) as way:
        way.settimeout(WITHIN_S + patience_s)
        with way.makefile("rb") as said:
            is_closed = line(said) == "closed"
            at_s = time.monotonic()
            left = line(said).split()[1:]
            yield Closed(at_s, [ipv4(word) for word in left]) if is_closed else None
