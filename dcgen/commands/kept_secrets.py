"""The secrets of a detached service: generated once, kept beside its file."""

from pathlib import Path

from composefile.document import load, own
from composefile.syntax.parser import Scalar
from composefile.text_file import read as read_text
from dcgen import secret_file
from dcgen.commands import telling
from dcgen.commands.making import secrets_of
from generator.services.papers import Papers, variable


def keep_secrets(target: Path, service: str, *, quiet: bool) -> Path | None:
    """See that the file beside *target* has the secrets that *target* names; return its path.

    Those that it has stay as they are. What names the certificates of *service* has an authority.

    Raises:
        UserError: A file that is there may be read by others, or is not what it should be.
        HostError: It cannot be written.
    """
    names = _variables(target)
    if not names:
        return None
    path = secrets_of(target)
    found = secret_file.read(path)
    lines: list[str] = []
    certificates: dict[str, str] = {}
    if variable(Papers.of(service).ca) in names:
        from dcgen.commands.kept_certificates import Kept  # noqa: PLC0415 - few have some

        kept = Kept(target, service)
        names = [name for name in names if name not in kept.names]
        certificates = kept.missing(found)
        end = kept.until({**found, **certificates})
        lines.append(
            f"{kept.authority}: signs new certificates, for you alone; no container gets it\n"
            f"the certificates end on {end:%Y-%m-%d}; before, renew them: dcgen renew {service}"
        )
    secret_file.require_passwords(found, path, names)
    passwords = {name: secret_file.password() for name in names if name not in found}
    missing = passwords | certificates
    if missing:
        secret_file.write(path, {**found, **missing})
        lines.insert(
            0, f"{path}: {', '.join(missing)}, for you alone; keep it out of version control"
        )
    if not quiet:
        telling.tell(lines)
    return path


def _variables(target: Path) -> list[str]:
    """Return the variables from which the Compose file *target* takes its secrets."""
    section = load(read_text(target), str(target)).section("secrets")
    found = [own(value, "environment") for _, value in section.entries] if section else []
    return [node.value for node in found if isinstance(node, Scalar)]
