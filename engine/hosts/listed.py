"""The Docker hosts that a person lists: on the command line, in a file, in DCGEN_HOSTS."""

from collections.abc import Iterable
from pathlib import Path

from composefile.text_file import UnreadableError
from composefile.text_file import read as read_text
from engine.hosts import Host
from engine.hosts.inventory import Inventory, add
from engine.hosts.listed_yaml import AN_EXAMPLE, of_yaml
from engine.hosts.names import parse
from faults import HostError, Place, UserError


def given(names: Iterable[str]) -> Inventory:
    """Return the hosts *names*, of the command line or DCGEN_HOSTS; one named twice is one.

    Raises:
        UsageError: One of them is neither an address nor the name of a context.
    """
    return Inventory({parse(name): None for name in names})


def read(path: Path) -> Inventory:
    """Return the hosts listed in the file at *path*.

    Raises:
        UserError: A line of it is wrong, two are the same host, or it has none.
        HostError: It cannot be read.
    """
    try:
        text = read_text(path)
    except UnreadableError as error:
        fix = "give a file that can be read: --hosts FILE"
        what = f"cannot read the list of hosts: {error}"
        raise HostError(what, fix=fix, where=Place(str(path))) from None
    is_yaml = path.suffix in {".yml", ".yaml"}
    found = of_yaml(text, str(path)) if is_yaml else _of_lines(text, str(path))
    if not found.hosts:
        fix = AN_EXAMPLE if is_yaml else "write one host a line: ssh://USER@HOST"
        raise UserError("it lists no host", fix=fix, where=Place(str(path)))
    return found


def _of_lines(text: str, file: str) -> Inventory:
    found: dict[Host, Place | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        # As in a shell: a `#` inside a word is none of a comment.
        words = f" {line}".partition(" #")[0].split()
        place = Place(file, number)
        if len(words) > 1:
            what = f"{line.strip()!r} is more than one word"
            raise UserError(what, fix="write one host a line", where=place)
        for word in words:
            add(found, parse(word, place), place)
    return Inventory(found)
