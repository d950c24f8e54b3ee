"""What another host cannot be given: files of this one."""

from composefile.model import Model
from composefile.paths import mount
from composefile.values import Value
from faults import UserError


def require_portable(model: Model, name: str) -> None:
    """Return if service *name* mounts no file or folder that lies beside its Compose file.

    Docker would mount an empty folder of the other host in its place.

    Raises:
        UserError: It does.
    """
    value = model.get(name, "volumes")
    for one in value if isinstance(value, list) else []:
        source = _source(one)
        if source.startswith((".", "~")):
            raise UserError(
                f"{name!r} mounts {source!r} of this machine, which another host does not have",
                fix="use a volume with a name in its place: it is kept where the service runs",
                where=model.where(name, "volumes"),
            )


def _source(entry: Value) -> str:
    if isinstance(entry, dict):
        return str(entry.get("source") or "") if entry.get("type") == "bind" else ""
    parts = mount(str(entry))
    return parts[0] if len(parts) > 1 else ""
