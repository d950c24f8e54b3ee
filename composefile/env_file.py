"""Files of ``NAME=value`` lines: the ``.env`` of a project, and those that `env_file` names.

Sources: Compose Specification, "Interpolation" and "Env_file format"; what it leaves open is as
Docker Compose 2.26 has it, down to ``NAME: value``. The environment wins over the file, also within
its values, and a value is filled in once, when it is read: ``TAG=v1-${TAG}`` ends.
"""

import re
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

from composefile.interpolation import fill
from faults import Place, UserError

MAX_BYTES = 1024 * 1024

_SKIPPED = re.compile(r"(?:\s|#[^\n]*)*")
_NAME = re.compile(
    r"(?:export[ \t]+)?(?P<name>[A-Za-z0-9_.\[\]-]+)[ \t]*(?P<mark>[=:]|(?=\n|\Z))[ \t]*"
)
_QUOTED = re.compile(r"""'(?P<literal>(?:\\.|[^'\\])*)'|"(?P<text>(?:\\.|[^"\\])*)"[^\n]*""", re.S)
_COMMENT = re.compile(r"[ \t]#.*")
_ESCAPE = re.compile(r"\\(.)", re.S)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED |= {"$": "$$", '"': '"', "\\": "\\"}


def read(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the file at *path*, filled in from *known* and from lines above.

    A name without a value is one that *known* has, or none.

    Args:
        path: A regular file.
        known: What wins over the file: the environment.

    Raises:
        UserError: It cannot be read, is larger than 1 MiB or not UTF-8, or a line is none.
    """
    return parse(_text(path), str(path), known)


def parse(text: str, file: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of *text*, which was read from *file*; see `read`.

    Raises:
        UserError: A line is no variable.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found: dict[str, str] = {}
    visible = ChainMap({**known}, found)
    seen, line, position = 0, 1, _end(_SKIPPED, text, 0)
    while position < len(text):
        line += text.count("\n", seen, position)
        seen, where = position, Place(file, line)
        match = _NAME.match(text, position)
        if match is None:
            what = f"{text[position : _end_of_line(text, position)]!r} is not a variable"
            raise UserError(what, fix="write NAME=value", where=where)
        name, position = match["name"], match.end()
        if match["mark"]:
            found[name], position = _value(text, position, visible, where)
        elif name in known:
            found[name] = known[name]
        position = _end(_SKIPPED, text, position)
    return found


def _value(text: str, start: int, known: Mapping[str, str], where: Place) -> tuple[str, int]:
    # Returns the value that begins at *start*, and where it ends.
    if text[start : start + 1] in {"'", '"'}:
        match = _QUOTED.match(text, start)
        if match is None:
            raise UserError("a quote is not closed", fix=f"add the {text[start]}", where=where)
        if match["literal"] is not None:
            return match["literal"], _end_of_line(text, match.end())
        return fill(_ESCAPE.sub(_unescaped, match["text"]), known, where), match.end()
    end = _end_of_line(text, start)
    return fill(_COMMENT.sub("", text[start:end]).strip(), known, where), end


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[0])


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _text(path: Path) -> str:
    where = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        fix = "give an existing file by `--env-file` or COMPOSE_ENV_FILES"
        raise UserError("the file does not exist", fix=fix, where=where) from error
    except OSError as error:
        what = f"cannot read the file: {error.strerror}"
        raise UserError(what, fix="make it readable, or remove it", where=where) from error
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES // 1024} KiB"
        raise UserError(what, fix="keep variables in it, and nothing else", where=where)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = Place(str(path), data.count(b"\n", 0, error.start) + 1)
        what = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise UserError(what, fix="save the file in UTF-8", where=where) from error
