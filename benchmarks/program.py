"""dcgen as the demonstrations run it: a program of its own, which Ctrl-C reaches too."""

import subprocess
import sys
from typing import Any

from dcgen.reporting import INTERRUPTED

DCGEN = (sys.executable, "-m", "dcgen")


def exit_code(run: "subprocess.Popen[Any]") -> int:
    """Return the exit code of *run*, which has ended."""
    # Negative: the signal came before it had anything to end.
    return run.returncode if run.returncode >= 0 else INTERRUPTED
