"""Where the files of Compose ask for a provider, for messages; and the folder that they are in."""

from collections.abc import Sequence
from pathlib import Path

from composefile.document import deref, load, own
from composefile.syntax.parser import Mapping, Node, Scalar
from dcgen import source
from dcgen.provider.caller import Caller
from faults import Place, UsageError


def files(caller: Caller) -> list[Path]:
    """Return the files that *caller* reads, in the order of merging.

    Raises:
        UserError: One is not there.
        UsageError: One is standard input, which Compose has read to its end.
    """
    if source.STDIN in caller.named:
        what = "Compose has read a file from standard input, where a provider cannot read it again"
        raise UsageError(what, fix="write it to a file: docker compose -f FILE up")
    return [path for path in source.find(tuple(caller.named)) if path]


def folder(caller: Caller, paths: Sequence[Path]) -> Path:
    """Return the folder of the project that *caller* runs, which reads *paths*."""
    return Path(caller.folder) if caller.folder else paths[0].parent


def place(paths: Sequence[Path], service: str, option: str = "") -> Place:
    """Return where one of *paths* gives *service* a provider, or *option* to it; the last counts.

    Without any it is the first file: another one that it includes may do so.

    Raises:
        UserError: One cannot be read.
    """
    for path in reversed(paths):
        document = load(source.read(path).text, str(path), fragment=True)
        found = document.find(service)
        body = deref(found.body) if found else None
        provider = _key(body, "provider")
        if provider:
            options = deref(own(deref(own(body, "provider")), "options"))
            return document.where(_key(options, option) or provider)
    return Place(str(paths[0]))


def _key(mapping: Node | None, name: str) -> Node | None:
    entries = mapping.entries if isinstance(mapping, Mapping) else ()
    return next((key for key, _ in entries if isinstance(key, Scalar) and key.value == name), None)
