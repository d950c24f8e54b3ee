"""What a service that goes to another host cannot take along: files of this one."""

from composefile.host_files import host_files
from composefile.model import Model
from faults import UserError


def require_movable(model: Model, name: str) -> None:
    """Return if service *name* mounts no file or folder of the host that it leaves.

    Docker would mount an empty folder of the other host in its place.

    Raises:
        UserError: It does.
    """
    for file in host_files(model, name):
        raise UserError(
            f"{name!r} mounts {file.source!r} of this machine, which another host does not have",
            fix="use a volume with a name in its place: it is kept where the service runs",
            where=file.where,
        )
