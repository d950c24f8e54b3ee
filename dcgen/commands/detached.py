"""A detached service that keeps data: what its host decides, its secrets, and its start there."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from composefile.project import PROJECT_NAME, Project, project_of
from dcgen import source
from dcgen.attached import attach
from dcgen.commands import telling
from dcgen.commands.kept_secrets import keep_secrets
from dcgen.commands.making import STDOUT
from dcgen.commands.one_host import address_of, only_host
from dcgen.commands.settled import settled
from dcgen.output import is_stream
from engine.docker import compose as docker
from engine.hosts import Host
from faults import UsageError


def decided(given: Mapping[str, Any]) -> tuple[Host | None, Mapping[str, object]]:
    """Return the host of those *given*, if any, and what it or `--tls` decides of other options.

    Raises:
        UsageError: There are several, or the file that they need is printed.
        HostError: It cannot be reached, or its address is not known.
    """
    _require_file(given)
    host = only_host(given["hosts"]) if given["hosts"] else None
    found: dict[str, object] = {}
    if given["password"] is None:
        found["password"] = True
    if host and given["publish"] is None:
        found["publish"] = address_of(host)
    return host, settled(found)


def _require_file(given: Mapping[str, Any]) -> None:
    printed = given["output"]
    if printed is None or not (printed == STDOUT or is_stream(Path(printed))):
        return
    for option, value in (("--host", given["hosts"]), ("--tls", given["encryption"])):
        if value:
            what = "starts that file" if option == "--host" else "puts certificates beside it"
            raise UsageError(
                f"`-o {printed}` prints the file, and `{option}` {what}",
                fix=f"name a file with `-o FILE`, or leave out `{option}`",
            )


def project(service: str, given: Mapping[str, Any]) -> str:
    """Return the name of the project of *service* if the name in its file does not count.

    The file is written as the options *given* say.

    That is so where the environment or `.env` names the application's: Compose prefers those.
    """
    output = given["output"]
    first = Path(output) if output else source.find(given["file"])[0]
    beside = Project((first or Path()).parent).beside
    application = os.environ.get(PROJECT_NAME) or beside.get(PROJECT_NAME)
    return project_of(application, service) if application else ""


def finish(target: Path, service: str, host: Host | None, called: str, *, quiet: bool) -> None:
    """See that the Compose file *target* of *service* has its secrets; start it on *host*, if any.

    Its project is *called* so, if that is not the name in the file.

    Exits with 1 if it does not run there.

    Raises:
        UserError: The file of secrets that is there cannot be used.
        HostError: It cannot be written, or there is no Compose.
    """
    secrets = keep_secrets(target, service, quiet=quiet)
    if host is None:
        return
    files = Project.named_env_files() or [target.parent / ".env"]
    env_files = [path for path in files if path.is_file()] + ([secrets] if secrets else [])
    named = [word for path in env_files for word in ("--env-file", str(path))]
    given = (*named, "-f", str(target), *(("--project-name", called) if called else ()))
    words = (*docker.compose(v1=False), *given, "up", "--detach", "--wait")
    if attach(host, words):
        sys.exit(1)
    if not quiet:
        telling.tell([f"{target} runs{f' on {host}' if str(host) else ''}"])
