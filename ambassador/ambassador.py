"""An ambassador: an HAProxy that stands in for a service that runs elsewhere, under its name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ambassador.access import OPEN, Access
from ambassador.protocols import check, guess, tells_role
from ambassador.upstreams import HOST_NAMES, pool
from lb.balancer import chosen_timeouts, named
from lb.model import (
    DEFAULTS,
    IN_CONTAINER,
    Accepted,
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

# Long-lived connections are what an ambassador carries: pools, BLPOP, SUBSCRIBE. They may be idle
# for a day; keepalive, not a time-out, finds the ones whose peer is dead.
_TIMEOUTS = Timeouts(connect=3, client=330, server=330, tunnel=24 * 3600)


def ambassador(  # noqa: PLR0913 - independent facts, all but two with a default
    service: str,
    routes: Mapping[int, Sequence[Address]],
    *,
    protocol: str | None = None,
    access: Access = OPEN,
    options: Options = DEFAULTS,
    names: Names = "dns",
    binds: Mapping[int, str] | None = None,
    control: Control = IN_CONTAINER,
    accepted: Accepted | None = None,
) -> Configuration:
    """Return the configuration of the ambassador of *service*.

    Args:
        service: The name that the ambassador takes over.
        routes: Listening port to the upstreams behind it; all but the first only stand by. The
            first port must be served; another one only once it was, see `Proxy.optional`.
        protocol: What the upstreams speak; None takes what *access* says, or guesses it from
            each port.
        access: What the upstreams ask of their clients; its paths as HAProxy will see them.
        options: What a person chose.
        names: See `Configuration`.
        binds: Listening port to the address to listen on instead of ``:PORT``.
        control: How an operator reaches the process.
        accepted: What its clients have to show; None takes plain connections.

    Raises:
        UserError: A port has no upstream, the protocol is unknown or does not go with *access*, or
            something cannot be a word in HAProxy's configuration.
    """

    def proxy(port: int, upstreams: Sequence[Address]) -> Proxy:
        spoken = protocol or access.protocol or guess(port)
        mine = options.of(port)
        several = len(upstreams) > 1
        # Only the first port is the one that a person spoke of: others may speak anything.
        first = len(routes) == 1 or spoken == "redis"
        return Proxy(
            name=pool(service, port),
            bind=(binds or {}).get(port, f":{port}"),
            servers=_upstreams(upstreams),
            check=_asked(
                mine,
                check(
                    spoken,
                    several=several,
                    user=access.auth_user if first else None,
                    variable=access.variable if first else None,
                ),
                {address.port for address in upstreams},
            ),
            failover=several,
            failback=leads_back(spoken, access, mine),
            host=options.health_host or "localhost",
            tls=access.encryption(spoken, list(upstreams)),
            accepted=accepted,
            optional=port != next(iter(routes)),
        )

    return Configuration(
        proxies=tuple(proxy(port, upstreams) for port, upstreams in routes.items()),
        options=options,
        names=names,
        timeouts=chosen_timeouts(options, _TIMEOUTS),
        control=control,
        distant=True,
    )


def leads_back(protocol: str, access: Access, options: Options) -> bool:
    """Tell whether the first of several upstreams of a port serves again as soon as it is up.

    A database that comes back may be a standby now, or have missed what was written meanwhile: it
    gets nothing before it has said that it is the primary. *access* may say otherwise.
    """
    if access.failback is not None:
        return access.failback
    return protocol == "tcp" or asks_role(protocol, access, options)


def asks_role(protocol: str, access: Access, options: Options) -> bool:
    """Tell whether the health check of several upstreams finds out which one is to serve."""
    return options.health_path is not None or tells_role(protocol, user=access.auth_user)


def _asked(options: Options, question: Check | None, ports: Collection[int]) -> Check | None:
    # HAProxy speaks no TLS to a port that is named for checks: the one that serves is not named.
    elsewhere = options.health_port if {options.health_port} != {*ports} else None
    if options.health_path:
        question = Check(http_path=options.health_path, every_s=2)
    elif question is None and elsewhere:
        question = Check(every_s=2)
    if question is None:
        return None
    every_s = options.health_interval or question.every_s
    return replace(question, every_s=every_s, answer_s=options.health_timeout, port=elsewhere)


def _upstreams(addresses: Sequence[Address]) -> tuple[Server, ...]:
    # Never two at a time: writes split between two masters cannot be put together again.
    return tuple(
        replace(server, backup=place > 0, fixed=server.address.host in HOST_NAMES)
        for place, server in enumerate(named(addresses))
    )
