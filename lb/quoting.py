"""What may stand in an HAProxy configuration: one word, one time, one quoted text."""

import re

from faults import UserError
from lb.address import Address

# HAProxy splits a line on spaces, ends it at '#', joins and quotes with the next three, and
# expands '$' in addresses even outside quotes. Anything beyond ASCII is no word of ours.
_WORD = re.compile(r"[!%&()*+,./0-9:;<=>?@A-Z\[\]^_`a-z{|}~-]+")

# What a quoted HAProxy word cannot hold as it is (Configuration Manual, 2.2 "Quoting").
_ESCAPES = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\r": "\\r", "\n": "\\n", "\t": "\\t"}


class QuotedWord(str):
    """One word, quoted already."""

    __slots__ = ()


def word(value: object) -> str:
    """Return *value* as the one word that it must be.

    Raises:
        UserError: It is none, or several.
    """
    if isinstance(value, QuotedWord):
        return value
    text = str(value) if isinstance(value, str | int | Address) else ""
    if isinstance(value, bool) or not _WORD.fullmatch(text):
        raise UserError(
            f"{value!r} cannot be one word of HAProxy's configuration",
            fix="leave out spaces, quotes, '#', '$', backslashes and control characters",
        )
    return text


def duration(seconds: float) -> str:
    """Return *seconds* as HAProxy writes a time: ``2s``, ``500ms``."""
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"


def quoted(text: str | None, variable: str | None = None) -> QuotedWord:
    """Return *text* in HAProxy's double quotes.

    With the environment *variable* it is a log format: that one's value stands in place of ``{}``,
    and the number of its bytes in place of ``{length}``.

    Raises:
        UserError: It is more than printable ASCII and line ends.
    """
    if text is None or not all(char in _ESCAPES or " " <= char <= "~" for char in text):
        raise UserError(
            f"{text!r} cannot be sent by a health check", fix="use printable ASCII characters"
        )
    inner = "".join(_ESCAPES.get(character, character) for character in text)
    if variable:
        inner = inner.replace("%", "%%").replace("{}", f"%[env({variable})]")
        inner = inner.replace("{length}", f"%[env({variable}),length]")
    return QuotedWord(f'"{inner}"')
