"""What an unquoted word of a file becomes where Compose wants text: ``1.10`` is ``1.1``.

Compose reads YAML into booleans and numbers, and writes them out again as Go does: the value of a
variable or a label is that text. Source: go-yaml v3, "resolve"; Go, package fmt, verb ``%v``.
"""

import math
import re

_BOOLEANS = {"true", "True", "TRUE", "false", "False", "FALSE"}
_INTEGER = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
_LONGEST = 400  # digits; the largest number has 309
_EXPONENT = 6  # from a million on Go writes one


def spelled(word: str) -> str:
    """Return the text that Compose makes of the plain scalar *word*."""
    if word in _BOOLEANS:
        return word.lower()
    if not word or word[0] not in "+-.0123456789" or len(word) > _LONGEST:
        return word
    digits = word.replace("_", "")
    number = _integer(digits) if _INTEGER.fullmatch(word) else None
    if number is not None and _LOWEST <= number <= _HIGHEST:
        return str(number)
    return _float(digits, word) if _FLOAT.fullmatch(digits) else word


def _integer(digits: str) -> int | None:
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    base = 8 if digits[0] == "0" and digits.isdigit() else 10 if digits.isdigit() else 0
    try:
        return sign * int(digits, base)
    except ValueError:
        return None  # 089 is a float


def _float(digits: str, word: str) -> str:
    value = float(digits)
    if not math.isfinite(value):
        return word
    text = repr(value)
    if value == 0:
        return text.removesuffix(".0")
    from decimal import Decimal  # noqa: PLC0415 - few files have such a number, each would pay

    sign, shortest, exponent = Decimal(text).normalize().as_tuple()
    power = len(shortest) + int(exponent) - 1
    if -4 <= power < _EXPONENT:  # noqa: PLR2004 - Go, package strconv, FormatFloat
        return f"{Decimal(text).normalize():f}"
    first, rest = str(shortest[0]), "".join(map(str, shortest[1:]))
    mantissa = f"{first}.{rest}" if rest else first
    return f"{'-' * sign}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02}"
