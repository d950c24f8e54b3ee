"""A HAProxy in a container that accepts nobody until it is told to, without a program to start.

Docker forgets the connections of an address a moment after it has made its host ports: the answer
to whoever came in between leaves by another port, the client refuses it, and waits for ever. A
client that is refused tries again. So nobody is accepted until Docker is done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from engine.hosts import WITHIN_S
from engine.live.running import Live
from faults import HostError
from lb.model import SOCKET_PATH

# The end of its input releases it, too: nobody is held because this command was killed.
_HOLD = r"""
use IO::Socket::UNIX;
$| = 1;
sub ask {
    my $haproxy = IO::Socket::UNIX->new($ARGV[0]) or die "$ARGV[0]: $!\n";
    print $haproxy "$_[0]\n";
    return <$haproxy>;
}
my @names = map { /^([^#,]+),FRONTEND,/ ? $1 : () } ask("show stat -1 1 -1");
ask(join("; ", map { "disable frontend $_" } @names));
print "held\n";
<STDIN>;
ask(join("; ", map { "enable frontend $_" } @names));
print "released\n";
"""


@contextmanager
def held(live: Live) -> Iterator[Callable[[], None]]:
    """Let the HAProxy of *live*, in a container, accept nobody; give the function that ends it.

    An image without perl is not held.

    Raises:
        HostError: It does not say that it accepts again.
    """
    if live.container is None:
        yield lambda: None
        return
    command = ("docker", "exec", "-i", live.container.id, "perl", "-e", _HOLD, SOCKET_PATH)
    with live.host.converse(command) as way:
        way.settimeout(WITHIN_S)
        with way.makefile("rb") as said:
            is_held = _line(said) == b"held\n"

            def release() -> None:
                with suppress(OSError):  # it has ended
                    way.sendall(b"\n")
                if is_held and _line(said) != b"released\n":
                    what = f"the HAProxy of '{live.service.name}' does not accept connections again"
                    raise HostError(what, fix="read its log: dcgen logs")

            yield release


def _line(said: BinaryIO) -> bytes:
    with suppress(OSError):  # or nothing within the time
        return said.readline()
    return b""
