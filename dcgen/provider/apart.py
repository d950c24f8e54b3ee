"""Work that is tidied up although Compose, on Ctrl-C, kills the provider that it has called.

A process of its own does it, in a session of its own: the terminal's Ctrl-C does not reach it, nor
does Compose know it. It is told to end when the one that Compose knows ends, and then takes back
what it has begun: slots that it holds, containers that stand in for others, folders. Ctrl-C tells
it twice, through the terminal and through Compose: only the first time counts.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from dcgen.reporting import INTERRUPTED

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 0.02
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def apart(act: Callable[[], int]) -> int:
    """Return what *act* returns as an exit code, in a process that outlives the end of this one."""
    front = os.getpid()
    sys.stdout.flush()
    # Before there is anybody to pass them on to, they wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        os._exit(_work(act, front))

    def end(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)

    for number in _PASSED_ON:
        signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    ended, status = 0, 0
    while not ended:  # a signal just before a call that blocks would be seen after it
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0 if ended else _LOOK_EVERY_S)
    return os.waitstatus_to_exitcode(status)


def _work(act: Callable[[], int], front: int) -> int:
    code = INTERRUPTED
    try:
        os.setsid()
        _end_once()
        _end_with(front)
        code = act()
    except KeyboardInterrupt:
        pass
    except BaseException:  # noqa: BLE001 - a bug, which ends this process as it would any other
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _end_once() -> None:
    # A further signal must not end what the first has us tidy up.
    ending = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal ending
        if not ending:
            ending = True
            raise KeyboardInterrupt

    for number in _PASSED_ON:
        signal.signal(number, interrupt)


def _end_with(front: int) -> None:
    # Linux only: elsewhere Ctrl-C alone is passed on, and not a kill.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != front:  # it died before we could ask
            raise KeyboardInterrupt
