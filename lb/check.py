"""Ask HAProxy itself whether a configuration can run."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from faults import HostError, UserError
from lb import programs

_SECONDS = 30  # of which resolving names that do not exist takes most


def check(text: str, files: Mapping[str, Path] | None = None) -> None:
    """Return if ``haproxy -c`` accepts *text*; names that do not resolve here do not matter.

    Args:
        text: The configuration.
        files: Path that *text* has for a file of its container, to where that file is here.

    Raises:
        HostError: There is no ``haproxy`` on this machine, or it does not answer.
        UserError: HAProxy refuses *text*; the message has its own words.
    """
    haproxy = programs.find("haproxy")
    if haproxy is None:
        raise HostError(
            "there is no 'haproxy' on this machine, so the configuration cannot be checked",
            fix="install it: apt-get install haproxy, or brew install haproxy",
        )
    with tempfile.TemporaryDirectory(prefix="dcgen-") as folder:
        path = Path(folder, "haproxy.cfg")
        for number, (there, here) in enumerate((files or {}).items()):
            link = Path(folder, f"file{number}")
            link.symlink_to(here.absolute())
            text = text.replace(there, str(link))
        path.write_text(text, encoding="utf-8")
        try:
            run = subprocess.run(
                [haproxy, "-c", "-dr", "-f", str(path)],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise HostError(
                f"'{haproxy} -c' did not answer within {_SECONDS} s",
                fix="check that the nameservers in /etc/resolv.conf answer",
            ) from None
    if run.returncode:
        # Why it would not start, without an error, is said on the other stream.
        words = (run.stderr or run.stdout).replace(str(path), "haproxy.cfg").splitlines()
        raise UserError(
            "HAProxy refuses the configuration",
            reasons=[line for line in words if "[NOTICE]" not in line] or words,
            fix="change the option or the name that these lines report",
        )
