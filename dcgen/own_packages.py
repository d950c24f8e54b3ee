"""Let dcgen import its own packages, whatever else on `sys.path` has the same name.

Names such as `engine` are common: somebody's own, in PYTHONPATH or in the working folder of
``python -m dcgen``, comes before the installed one on `sys.path`, and would be executed.
Source: Python Language Reference, 5.3.1 "The module cache" and 5.3.3 "The meta path".
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

NAMES = frozenset(
    {"advise", "ambassador", "composefile", "dockercoins", "engine", "faults", "generator", "lb"}
)
# Not pathlib: until this is done, Python answers Ctrl-C, with a traceback.
HOME = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - see above


class OwnPackages:
    """A finder for the meta path: looks for the packages in `NAMES` beside dcgen's own."""

    @staticmethod
    def find_spec(
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return where package *fullname* is beside dcgen; None for any other, or if it is not."""
        if path is not None or fullname not in NAMES:
            return None
        return PathFinder.find_spec(fullname, [HOME], target)


def prefer() -> None:
    """Put `OwnPackages` in front of all other finders of this process, once."""
    if OwnPackages not in sys.meta_path:
        sys.meta_path.insert(0, OwnPackages)
