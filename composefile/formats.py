"""The v1 format, which has no ``services:`` and which docker-compose 1.x alone reads."""

from collections.abc import Iterable

from composefile.document import Document, own
from composefile.syntax.parser import Mapping, parse
from faults import UserError


def is_v1(text: str, file: str) -> bool:
    """Return whether *text* is in the v1 format, of whatever kind else: an override, an include.

    Raises:
        UserError: It is not YAML.
    """
    root = parse(text, file).root
    if not isinstance(root, Mapping) or not root.entries:
        return False
    return all(own(root, key) is None for key in ("services", "version", "include", "name"))


def require_mergeable(documents: Iterable[Document]) -> None:
    """See that *documents* can be merged with one another.

    Raises:
        UserError: Some of them, not all, are in the v1 format.
    """
    found = [document for document in documents if document.root.entries]
    old = [document for document in found if document.v1]
    if old and len(old) < len(found):
        raise UserError(
            "a file in the v1 format cannot be merged with one in another",
            fix="put its services under `services:`",
            where=old[0].where(old[0].root),
        )
