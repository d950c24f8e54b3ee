"""Where a run of ``dcgen`` begins and ends."""

import atexit
import gc
import signal
import sys
from collections.abc import Sequence

# Imports and trees make many objects and little garbage: looking for it after every 700 new ones,
# as Python does, is a tenth of a run.
GARBAGE = 50_000


def main(words: Sequence[str] | None = None, name: str = "dcgen") -> None:
    """Run the command line, and end with its exit code.

    Args:
        words: What follows the name of the program; None for what this process was given.
        name: What usage lines call the program.

    Until a command begins, Ctrl-C ends it as it ends any program (see `dcgen.reporting`): Python
    would answer with a traceback while modules are imported. So little is imported before.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.set_threshold(GARBAGE)
    atexit.register(gc.freeze)  # nor does Python's end need to look for it: a tenth again
    from dcgen.cli import main as command  # noqa: PLC0415 - see above
    from dcgen.streams import flush, prepare, refused  # noqa: PLC0415 - see above

    prepare()
    code: str | int | None = 0
    try:
        command(words, prog_name=name)
    except SystemExit as end:
        code = end.code
    except OSError as error:
        code = refused(error)
    sys.exit(flush(code))
