"""Where a run of ``docker dcgen`` begins."""

import os
import sys

from dcgen import start

NAME = "docker dcgen"


def main() -> None:
    """Run the command line that Docker passes on, and end with its exit code."""
    from dcgen.plugin.words import understood  # noqa: PLC0415 - see `start.main`
    from dcgen.reporting import report  # noqa: PLC0415
    from faults import UserError  # noqa: PLC0415

    try:
        called = understood(sys.argv[1:])
    except UserError as error:
        sys.exit(report(error))
    os.environ.update(called.variables)
    if not called.completes:
        start.main(called.words, NAME)
    from dcgen.cli import main as command  # noqa: PLC0415
    from dcgen.plugin.completion import lines  # noqa: PLC0415

    print(*lines(command, called.words, NAME), sep="\n")  # noqa: T201 - it is for the shell
