"""A balancer: one HAProxy that shares the connections to a service between its replicas."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from lb.arguments import Route
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
    Step,
    Timeouts,
)

TUNNEL_S = 3600

# Who speaks HTTP/2 answers the preface and an empty SETTINGS frame with a SETTINGS frame: three
# bytes of length, then type 4 (RFC 9113, 3.4 and 4.1). Whoever does not serves no h2c client.
H2_PREFACE = (
    Step(send=b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")),
    Step(expect="^[0-9A-F]{6}04", binary=True, at_least=4),
)


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
        servers: Listening port to the replicas behind it, in the order of their turn. The first
            port must be served; another one only once it was.
        options: What a person chose.
        names: See `Configuration`.
        binds: Listening port to the address to listen on instead of ``:PORT``.
        control: How an operator reaches the process.
        slots: Room for so many replicas behind the one name given for each port; see `Proxy`.

    Raises:
        UserError: A port has no server, or something cannot be a word in HAProxy's configuration.
    """
    routes = [
        Route(port, (binds or {}).get(port, f":{port}"), tuple(addresses))
        for port, addresses in servers.items()
    ]
    return balancing(service, routes, options=options, names=names, control=control, slots=slots)


def balancing(
    service: str,
    routes: Iterable[Route],
    *,
    options: Options = DEFAULTS,
    names: Names = "dns",
    control: Control = IN_CONTAINER,
    slots: int = 0,
) -> Configuration:
    """Return the configuration of a balancer for *routes*, in their order; see `balancer`.

    The first one must be served for the container to be healthy; see `Proxy.optional`.

    Raises:
        UserError: A route has no server, or something cannot be a word in HAProxy's configuration.
    """
    found = list(routes)
    ports = {route.port for route in found}
    return Configuration(
        proxies=tuple(
            Proxy(
                name=name,
                bind=route.bind,
                servers=named(route.servers),
                host=options.health_host or "localhost",
                check=_check(options, route.port, ports),
                slots=slots,
                port=route.port,
                http2=options.of(route.port).mode == "h2c",
                optional=place > 0,
            )
            for place, (name, route) in enumerate(
                zip(_unique(f"{service}-{r.port}" for r in found), found, strict=True)
            )
        ),
        options=options,
        names=names,
        timeouts=_timeouts(options),
        control=control,
    )


def named(addresses: Iterable[Address]) -> tuple[Server, ...]:
    """Return a server for each address, named after its host; a second one gets ``-2``."""
    found = list(addresses)
    names = _unique(address.host.strip(":").replace(":", "-") or "any" for address in found)
    return tuple(map(Server, names, found))


def _unique(names: Iterable[str]) -> list[str]:
    taken: list[str] = []
    for name in names:
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name}-{count}"
        taken.append(unique)
    return taken


def chosen_timeouts(options: Options, defaults: Timeouts) -> Timeouts:
    """Return *defaults* with what *options* chose in their place."""
    return Timeouts(
        connect=options.timeout_connect or defaults.connect,
        client=options.timeout_client or defaults.client,
        server=options.timeout_server or defaults.server,
        answer=options.timeout_server or defaults.answer,
        queue=options.timeout_queue or defaults.queue,
        tunnel=options.timeout_tunnel or defaults.tunnel,
    )


def _check(options: Options, port: int, ports: Collection[int]) -> Check:
    # What is balanced is asked itself; any other port tells of all that are.
    elsewhere = options.health_port if options.health_port not in ports else None
    is_asked = options.health_port in (None, port) or elsewhere
    chosen = options.of(port)
    path = chosen.health_path if is_asked else None
    # A path for one port says how that one is asked: the others go on being asked themselves.
    there = elsewhere if path or "health_path" not in options.names else None
    preface = H2_PREFACE if chosen.mode == "h2c" and not (path or there) else ()
    asked = Check(steps=preface, http_path=path, answer_s=options.health_timeout, port=there)
    # A failure or a server that is down is looked at again soon, whatever the interval.
    return replace(asked, every_s=options.health_interval or asked.every_s)


def _timeouts(options: Options) -> Timeouts:
    # In TCP mode a tunnel time-out takes the place of client and server: whoever chose one of
    # those two means it, and gets no tunnel time-out unless it was chosen as well. Chosen with HTTP
    # it is one of requests: a port that carries something else beside it keeps its connections.
    replaced = options.mode == "tcp" and (options.timeout_client or options.timeout_server)
    kept = bool(options.timeout_tunnel or not replaced)
    return replace(chosen_timeouts(options, Timeouts(tunnel=TUNNEL_S)), in_tcp=kept)
