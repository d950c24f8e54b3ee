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


def show(command: str, *, lines: int | None = None) -> None:
    """Put *command* and its answer into the page, in a block of code.

    Args:
        command: A call of dcgen, as a reader types it at the root of the checkout.
        lines: How many lines of the answer to show; all if it is None.
    """
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    result = subprocess.run(
        shlex.split(command),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    answer = result.stdout.rstrip().splitlines()
    shown = answer[:lines] + (["..."] if lines and lines < len(answer) else [])
    cog.outl("\n".join(["```console", f"$ {command}", *shown, "```"]))
