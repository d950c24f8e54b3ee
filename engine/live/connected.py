"""Who is connected to a container that is to go, and how those who stay are cut off.

A second container shares the network of the first one meanwhile: nothing is assumed of an image
that is not ours. Where a network is taken from a container, nobody tells those who are connected:
who waits for an answer or an event waits for ever. So the kernel is asked to reset what is open.
Source: Linux, Documentation/networking/proc_net_tcp, and sock_diag(7), SOCK_DESTROY.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from engine.docker.containers import Container, Site
from engine.hosts import WITHIN_S
from engine.live.peers import BY_US, PEERS, START_WITHIN_S, hexadecimal, ipv4, line

# Nobody else in its network is asked, and no file is written.
_RIGHTS = ("--user=0", "--cap-add=NET_ADMIN")
# Arguments: the ports in hexadecimal, seconds to wait for a moment in which nobody is connected.
# Then a line of input means: reset what is open, once or until the input ends. The numbers are
# those of linux/inet_diag.h.
_WATCH = rf"""
use IO::Select;
my ($ports, $patience) = @ARGV;
{PEERS}
sub address {{ join "", map {{ pack "L", hex }} $_[0] =~ /(.{{8}})/g }}
sub reset_all {{
    socket my $kernel, 16, 3, 4 or die $!;
    for (rows()) {{
        my ($from, $port, $to, $peer) = @$_;
        my $ends = pack "nna16a16", hex $port, hex $peer, address($from), address($to);
        my $any = pack "LLL", 0, 0xffffffff, 0xffffffff;
        my $wanted = pack "CCCCL", (length $from == 8 ? 2 : 10), 6, 0, 0, 0xffffffff;
        send $kernel, pack("LSSLL", 72, 21, 5, 1, 0) . $wanted . $ends . $any, 0;
        sysread $kernel, my $said, 4096;
    }}
}}
print join(" ", "left", wait_until_idle($patience)), "\n";
my $word = <STDIN> or exit;
reset_all();
print "reset\n";
exit if $word eq "once\n";
my $input = IO::Select->new(\*STDIN);
reset_all() until $input->can_read(0.005);
"""


@dataclass(frozen=True, slots=True)
class Connected:
    """Those who were connected in the end.

    Attributes:
        left: The IPv4 address of each connection that is still open.
        reset: Ends what is open by now, so that both sides know.
        refuse: Does so from now on, until the end of the context.
    """

    left: list[str]
    reset: Callable[[], None]
    refuse: Callable[[], None]


@contextmanager
def connected(
    site: Site, container: Container, image: str, ports: Sequence[int], patience_s: float
) -> Iterator[Connected | None]:
    """Wait until nobody is connected to *ports* of *container*, or for *patience_s* seconds.

    Args:
        site: Where it runs.
        container: It; it may be another's.
        image: What to look with: it is there.
        ports: Those that it listens on.
        patience_s: Seconds.

    Yields:
        Who is left; None if *image* has no perl, or *container* does not run or has the
            network of its host.
    """
    if "host" in container.addresses:  # its connections are those of all programs there
        yield None
        return
    words = ("docker", "run", "--interactive", "--rm", *BY_US, *_RIGHTS)
    shared = ("--network", f"container:{container.id}", "--entrypoint", "perl", image)
    script = ("-e", _WATCH, hexadecimal(ports), str(patience_s))
    with site.host.converse((*words, *shared, *script)) as way:
        way.settimeout(START_WITHIN_S + patience_s)
        with way.makefile("rb") as said:
            first, *left = line(said).split() or [""]

            def tell(word: str) -> None:
                way.settimeout(WITHIN_S)
                with suppress(OSError):  # it has ended
                    way.sendall(f"{word}\n".encode())
                line(said)

            words_of = (partial(tell, "once"), partial(tell, "always"))
            yield Connected([ipv4(word) for word in left], *words_of) if first else None
