"""The HAProxy of a balancer or an ambassador, with the addresses that its servers have here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ambassador import upstreams as far
from ambassador.access import Access
from ambassador.ambassador import ambassador
from composefile import labels
from engine.variant import Service
from faults import UserError
from lb.balancer import balancer
from lb.model import Address, Configuration, Control, Server
from lb.options import Options
from lb.render import render


def haproxy_cfg(
    service: Service,
    addresses: Mapping[tuple[str, int], Sequence[tuple[str, Address]]],
    binds: Mapping[int, str],
    socket: str,
) -> str:
    """Return the configuration file of *service*, as its labels describe it.

    Args:
        service: A balancer or an ambassador.
        addresses: Service and port to the name and the address of each of its replicas.
        binds: Listening port to the ``address:port`` to listen on here.
        socket: Path of the runtime socket, in a private folder.

    Raises:
        UserError: A label does not read as what it should be, or names a service that is not there;
            or a template of a person's own is wrong.
    """
    try:
        options = Options.parse(service.identity.options)
        if options.stats_secret:
            raise _needs_container("a secret")
        template = service.identity.template
        own = service.folder / template if template else None
        page = str(options.stats_at) if options.stats_at else None
        control = Control(health_port=None, socket=socket, stats=page)
        if service.identity.role == labels.AMBASSADOR:
            return render(_ambassador(service, options, binds, control), own)
        members = _members(service, addresses)
        servers = {port: [address for _, address in found] for port, found in members.items()}
        if options.health_port and options.health_port not in servers:
            # Only a container has that port for itself: here a connection has to do.
            options = replace(options, health_path=None, health_port=None)
        made = balancer(service.name, servers, options=options, binds=binds, control=control)
        return render(_named(made, members), own)
    except UserError as error:
        where = error.where or service.where("labels")
        raise UserError(f"'{service.name}': {error.what}", fix=error.fix, where=where) from error


def _ambassador(
    service: Service, options: Options, binds: Mapping[int, str], control: Control
) -> Configuration:
    access = Access.parse(service.identity.access)
    if access.ca_file or access.cert or access.auth_secret:
        raise _needs_container("certificates, or a secret")
    ports = [port for port in service.identity.ports if port in binds] or sorted(binds)
    found = far.parse(service.identity.upstream)
    upstreams = [far.from_process(address) for address in found]
    routes = far.routes(ports, upstreams)
    return ambassador(
        service.name, routes, access=access, options=options, binds=binds, control=control
    )


def _needs_container(files: str) -> UserError:
    what = f"it needs files that only its container has: {files}"
    return UserError(what, fix="run it with --engine docker")


def _members(
    service: Service, addresses: Mapping[tuple[str, int], Sequence[tuple[str, Address]]]
) -> dict[int, list[tuple[str, Address]]]:
    members: dict[int, list[tuple[str, Address]]] = {}
    for name, port in service.identity.balances:
        if (name, port) not in addresses:
            what = f"it balances '{name}:{port}', which no service of this file serves"
            raise UserError(what, fix="generate the file again with dcgen")
        members.setdefault(port, []).extend(addresses[name, port])
    return members


def _named(
    configuration: Configuration, members: Mapping[int, list[tuple[str, Address]]]
) -> Configuration:
    # All servers are on this host: their names, not their addresses, tell them apart.
    proxies = []
    for proxy, (_, found) in zip(configuration.proxies, members.items(), strict=True):
        servers = tuple(Server(name, address) for name, address in found)
        proxies.append(replace(proxy, servers=servers))
    return replace(configuration, proxies=tuple(proxies))
