"""Amounts of memory and processor time, as Kubernetes writes them.

Sources: Compose Specification, "Specifying byte values" (1k is 1,024 bytes); Kubernetes,
"Resource Management for Pods and Containers".
"""

import re
from decimal import Decimal, InvalidOperation

from composefile.values import Value

_BYTES = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_UNITS = ("", "Ki", "Mi", "Gi", "Ti")
_STEP = 1024
_MOST_DIGITS = 9  # of a number of pods


def memory(value: Value) -> str:
    """Return *value*, such as ``512m``, as ``512Mi``; empty if it is no amount of bytes."""
    match = _BYTES.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return ""
    count = int(Decimal(match[1]) * _STEP ** _POWERS[match[2].lower()])
    unit = 0
    while count and count % _STEP == 0 and unit < len(_UNITS) - 1:
        count, unit = count // _STEP, unit + 1
    return f"{count}{_UNITS[unit]}" if count else ""


def processors(value: Value) -> str:
    """Return *value*, such as ``0.5``, as ``500m``; empty if it is no number, or 0."""
    try:
        milli = int(Decimal(value) * 1000) if isinstance(value, str) else 0
    except (InvalidOperation, ValueError, OverflowError):
        return ""
    if milli <= 0:
        return ""
    return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"


def is_count(value: Value) -> bool:
    """Tell whether *value* is a number of pods."""
    return isinstance(value, str) and value.isdecimal() and len(value) <= _MOST_DIGITS
