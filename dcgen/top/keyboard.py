"""The keys that a person presses, one by one, and a terminal that is as it was afterwards."""

import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from dcgen.top import view
from dcgen.top.view import Key

_MOST_BYTES = 1024
# What terminals send, with and without "application cursor keys" (xterm, ECMA-48).
_SEQUENCES = {
    **{f"\x1b{prefix}A": view.UP for prefix in "[O"},
    **{f"\x1b{prefix}B": view.DOWN for prefix in "[O"},
    **{f"\x1b{prefix}C": view.RIGHT for prefix in "[O"},
    **{f"\x1b{prefix}D": view.LEFT for prefix in "[O"},
    **{f"\x1b{prefix}H": view.HOME for prefix in "[O"},
    **{f"\x1b{prefix}F": view.END for prefix in "[O"},
    "\x1b[1~": view.HOME,
    "\x1b[4~": view.END,
    "\x1b[5~": view.PAGE_UP,
    "\x1b[6~": view.PAGE_DOWN,
}
_SINGLE = {"\r": view.ENTER, "\n": view.ENTER, "\x7f": view.BACKSPACE, "\x08": view.BACKSPACE}


@contextmanager
def one_by_one(descriptor: int) -> Iterator[None]:
    """Let keys come at once and unseen; Ctrl-C and Ctrl-Z do what they always do."""
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def pressed(descriptor: int) -> list[Key]:
    """Return the keys that wait to be read; `view.Key` ``"q"`` if the terminal is gone."""
    data = os.read(descriptor, _MOST_BYTES)
    return keys(data.decode("utf-8", "ignore")) if data else ["q"]


def keys(text: str) -> list[Key]:
    """Return the keys in what a terminal sent: what nobody knows is left out."""
    found: list[Key] = []
    while text:
        known = next((one for one in _SEQUENCES if text.startswith(one)), "")
        if known:
            found.append(_SEQUENCES[known])
        elif text.startswith(("\x1b[", "\x1bO")):
            known = _unknown(text)
        else:
            known = text[0]
            found.append(_SINGLE.get(known, view.ESCAPE if known == "\x1b" else known))
        text = text[len(known) :]
    return [key for key in found if len(key) > 1 or key.isprintable()]


def _unknown(text: str) -> str:
    # Up to the letter that ends it.
    for number, char in enumerate(text[2:], 3):
        if "@" <= char <= "~":
            return text[:number]
    return text
