"""Show a command and what it answers, for the parts of the pages that are run and not typed.

`make docs` runs cog over the pages: what stands between ``[[[cog`` and ``[[[end]]]`` is
replaced by what the code there prints. `make lint` fails if a page is not up to date.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import cog

ROOT = Path(__file__).parents[1]


def show(command: str, *, until: str | None = None) -> None:
    """Put *command* and its answer into the page, in a block of code.

    Args:
        command: A call of dcgen, as a reader types it in the folder `dockercoins`.
        until: The last line of the answer to show ends with this; None shows all.

    Raises:
        StopIteration: No line ends with *until*.
    """
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    result = subprocess.run(
        shlex.split(command),
        cwd=ROOT / "dockercoins",
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    answer = result.stdout.rstrip().splitlines()
    if until:
        last = next(number for number, line in enumerate(answer, 1) if line.endswith(until))
        answer = [*answer[:last], "..."]
    cog.outl("\n".join(["```console", f"$ {command}", *answer, "```"]))
