"""The secrets of a detached service: generated once, kept beside its file."""

from pathlib import Path

from composefile.document import load, own
from composefile.syntax.parser import Scalar
from composefile.text_file import read as read_text
from dcgen import secret_file
from dcgen.commands import telling
from dcgen.commands.making import secrets_of


def keep_secrets(target: Path, *, quiet: bool) -> Path | None:
    """See that the file beside *target* has the secrets that *target* names; return its path.

    Those that it has stay as they are.

    Raises:
        UserError: The file that is there may be read by others, or is none of variables.
        HostError: It cannot be written.
    """
    names = _variables(target)
    if not names:
        return None
    path = secrets_of(target)
    found = secret_file.read(path)
    secret_file.require_passwords(found, path, names)
    missing = {name: secret_file.password() for name in names if name not in found}
    if missing:
        secret_file.write(path, {**found, **missing})
        if not quiet:
            what = ", ".join(missing)
            telling.tell([f"{path}: {what}, for you alone; keep it out of version control"])
    return path


def _variables(target: Path) -> list[str]:
    """Return the variables from which the Compose file *target* takes its secrets."""
    section = load(read_text(target), str(target)).section("secrets")
    found = [own(value, "environment") for _, value in section.entries] if section else []
    return [node.value for node in found if isinstance(node, Scalar)]
