"""What a remote Docker host cannot be given: files of this machine that a container mounts."""

from collections.abc import Iterable, Sequence

from composefile.host_files import HostFile, host_files
from engine.hosts import Host
from engine.variant import Service, Variant
from faults import UserError

_CONFIGURATION = "haproxy.cfg"
_SHOWN = 5
_FIXES = {
    "configs": "write it into the file: `content:` in the place of `file:`",
    "secrets": "take it from a variable: `environment: NAME` in the place of `file:`",
}
# A tunnel may lead elsewhere; as a rule it is the daemon of this machine.
_HERE = ("tcp://127.", "tcp://localhost:", "tcp://[::1]")


def require_portable(variants: Iterable[Variant], hosts: Sequence[Host]) -> None:
    """Return if *variants* mount no file or folder of this machine on another one.

    Docker would mount an empty folder in its place, or not start the container.

    Args:
        variants: What is to run; not looked at if it stays on this machine.
        hosts: Where.

    Raises:
        UserError: A service is given such a file, and one of *hosts* is remote. The first one is
            shown with its line, the lines of the others behind it.
    """
    remote = [host for host in hosts if host.is_remote and not host.endpoint.startswith(_HERE)]
    if not remote:
        return
    services = [service for variant in variants for service in variant]
    found = [(service, one) for service in services for one in _files(service)]
    if not found:
        return
    (service, first), *others = found
    places = list(dict.fromkeys(str(one.where) for _, one in others if one.where != first.where))
    more = f"; others: {', '.join(places[:_SHOWN])}" if places else ""
    more += f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    raise UserError(
        f"service {service.name!r} {_gets(first)} of this machine, which"
        f" {remote[0].endpoint!r} does not have{more}",
        fix=_fix(service, first),
        where=first.where,
    )


def _files(service: Service) -> Iterable[HostFile]:
    return host_files(service.model, service.name)


def _gets(file: HostFile) -> str:
    return f"gets {file.name!r} from {file.source!r}" if file.name else f"mounts {file.source!r}"


def _fix(service: Service, file: HostFile) -> str:
    if _CONFIGURATION in file.source and service.identity.role:
        return "generate it with `--lb-config inline`: haproxy.cfg then goes with the file"
    if file.kind in _FIXES:
        return _FIXES[file.kind]
    if file.name:
        return f"leave out `driver_opts` of {file.name!r}: Docker then keeps it where it runs"
    if file.is_relative:
        return "put it into the image (`COPY`), or keep data in a volume with a name"
    return (
        "keep data in a volume with a name; if every host has that path, say so:"
        f" {{type: bind, source: {file.source}, target: …, bind: {{create_host_path: false}}}}"
    )
