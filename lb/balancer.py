"""A balancer: one HAProxy that shares the connections to a service between its replicas."""

from collections.abc import Iterable, Mapping, Sequence

from lb.model import (
    DEFAULTS,
    IN_CONTAINER,
    Address,
    Check,
    Configuration,
    Control,
    Names,
    Options,
    Proxy,
    Server,
    Timeouts,
)

TUNNEL_S = 3600


def balancer(  # noqa: PLR0913 - independent facts, all but two with a default
    service: str,
    servers: Mapping[int, Sequence[Address]],
    *,
    options: Options = DEFAULTS,
    names: Names = "dns",
    binds: Mapping[int, str] | None = None,
    control: Control = IN_CONTAINER,
    slots: int = 0,
) -> Configuration:
    """Return the configuration of the balancer of *service*.

    Args:
        service: The name that the balancer takes over.
        servers: Listening port to the replicas behind it, in the order of their turn.
        options: What a person chose.
        names: See `Configuration`.
        binds: Listening port to the address to listen on instead of ``:PORT``.
        control: How an operator reaches the process.
        slots: Room for so many replicas behind the one name given for each port; see `Proxy`.

    Raises:
        UserError: A port has no server, or something cannot be a word in HAProxy's configuration.
    """
    return Configuration(
        proxies=tuple(
            Proxy(
                name=f"{service}-{port}",
                bind=(binds or {}).get(port, f":{port}"),
                servers=named(addresses),
                host=service,
                check=Check(http_path=options.health_path),
                slots=slots,
            )
            for port, addresses in sorted(servers.items())
        ),
        options=options,
        names=names,
        timeouts=_timeouts(options),
        control=control,
    )


def named(addresses: Iterable[Address]) -> tuple[Server, ...]:
    """Return a server for each address, named after its host; a second one gets ``-2``."""
    taken: set[str] = set()
    found = []
    for address in addresses:
        name = unique = address.host.strip(":").replace(":", "-")
        count = 1
        while unique in taken:
            count += 1
            unique = f"{name}-{count}"
        taken.add(unique)
        found.append(Server(unique, address))
    return tuple(found)


def chosen_timeouts(options: Options, defaults: Timeouts) -> Timeouts:
    """Return *defaults* with what *options* chose in their place."""
    return Timeouts(
        connect=options.timeout_connect or defaults.connect,
        client=options.timeout_client or defaults.client,
        server=options.timeout_server or defaults.server,
        queue=options.timeout_queue or defaults.queue,
        tunnel=options.timeout_tunnel or defaults.tunnel,
    )


def _timeouts(options: Options) -> Timeouts:
    # In TCP mode a tunnel time-out takes the place of client and server: whoever chose one of
    # those two means it, and gets no tunnel time-out unless it was chosen as well.
    replaced = options.mode == "tcp" and (options.timeout_client or options.timeout_server)
    return chosen_timeouts(options, Timeouts(tunnel=None if replaced else TUNNEL_S))
