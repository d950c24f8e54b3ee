"""Amounts of memory and processor time, as Kubernetes writes them.

Source: Kubernetes, "Resource Management for Pods and Containers".
"""

from composefile import amounts
from composefile.values import Value

_UNITS = ("", "Ki", "Mi", "Gi", "Ti")
_STEP = 1024
_MOST_DIGITS = 9  # of a number of pods


def memory(value: Value) -> str:
    """Return *value*, such as ``512m``, as ``512Mi``; empty if it is no amount of bytes, or 0."""
    try:
        count = amounts.byte_count(value) if isinstance(value, str) else 0
    except ValueError:
        return ""
    unit = 0
    while count and count % _STEP == 0 and unit < len(_UNITS) - 1:
        count, unit = count // _STEP, unit + 1
    return f"{count}{_UNITS[unit]}" if count else ""


def processors(value: Value) -> str:
    """Return *value*, such as ``0.5``, as ``500m``; empty if it is no number, or 0."""
    try:
        count = amounts.processors(value) if isinstance(value, str) else 0
    except ValueError:
        return ""
    if not count:
        return ""
    milli = max(1, int(round(count * 1000, 6)))
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"


def memory_of_tmpfs(text: str) -> str:
    """Return the size that *text*, an entry of `tmpfs`, has, as `memory` does."""
    return memory(amounts.size_of_tmpfs(text))


def is_count(value: Value) -> bool:
    """Tell whether *value* is a number of pods."""
    return isinstance(value, str) and value.isdecimal() and len(value) <= _MOST_DIGITS
