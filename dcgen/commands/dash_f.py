"""Files as a person names them in a command."""

import shlex
from collections.abc import Sequence

from faults import printable


def dash_f(files: Sequence[str]) -> str:
    """Return *files* as options for a shell."""
    return printable(" ".join(f"-f {shlex.quote(file)}" for file in files))
