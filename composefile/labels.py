"""The labels by which a variant describes itself (ARCHITECTURE.md, "The border")."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from faults import UserError

ROLE = "dcgen.role"
SERVICE = "dcgen.service"
BALANCES = "dcgen.balances"
UPSTREAM = "dcgen.upstream"
PORTS = "dcgen.ports"
OPTIONS = "dcgen.options"
ACCESS = "dcgen.access"
CONFIG = "dcgen.config"
SLOTS = "dcgen.slots"
TEMPLATE = "dcgen.template"
DETACHED = "dcgen.detached"  # on what is published of a detached service: its name
CLIENTS = "dcgen.clients"  # on the same: how its clients get in, in the words of ACCESS
PROVIDED = "dcgen.provided"  # on a replica that Compose knows by another service: its own, a number
COUNT = "dcgen.count"  # its author writes it: what to count in the log lines of a service

LATE = (BALANCES, PORTS, OPTIONS)  # ports in them may be variables of Compose's

BALANCER = "balancer"
REPLICA = "replica"
AMBASSADOR = "ambassador"

PREFIX = "dcgen."
MOST_DIGITS = 9

# Labels and variables by which other proxies (Traefik, Caddy, nginx-proxy) find a service: they
# must lead to the balancer, or that proxy would balance past it.
ROUTING_LABELS = (
    *("traefik.", "caddy", "com.docker.lb", "com.docker.stack", "virtual", "nginx"),
    *("com.github.nginx-proxy.", "com.github.jrcs.", "com.df.", "easyhaproxy.", "swag_"),
)
ROUTING_VARIABLES = (
    "VIRTUAL_",
    "LETSENCRYPT_",
    "ACME_",
    "HTTPS_METHOD",
    "TCP_PORTS",
    "FORCE_SSL",
    "SERVICE_PORTS",
)
# With one of the first, nginx-proxy serves a host; the others then say how, and to whom. Alone they
# may be an application's own. Source: nginx-proxy, docs/README.md, of version 1.7.
_HOSTS = ("VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS")
_HOW = frozenset(
    (
        *("NETWORK_ACCESS", "CERT_NAME", "HSTS", "SSL_POLICY", "SERVER_TOKENS", "NON_GET_REDIRECT"),
        *("TRUST_DEFAULT_CERT", "ENABLE_HTTP_ON_MISSING_CERT", "ENABLE_HTTP2", "ENABLE_HTTP3"),
        *("EXTERNAL_HTTP_PORT", "EXTERNAL_HTTPS_PORT", "DISABLE_ACCESS_LOGS", "DHPARAM_SKIP"),
    )
)


def is_routing_label(name: str) -> bool:
    """Tell whether the label *name* tells another proxy where to lead."""
    return name.lower() == "swag" or name.lower().startswith(ROUTING_LABELS)


def is_routing_variable(name: str) -> bool:
    """Tell whether the environment variable *name* tells another proxy where to lead."""
    return name.startswith(ROUTING_VARIABLES)


def is_routing_setting(name: str, beside: Collection[str]) -> bool:
    """Tell whether variable *name* says how another proxy serves the host that *beside* name."""
    return name in _HOW and any(host in beside for host in _HOSTS)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a service or a container says about itself by its labels.

    Attributes:
        role: `BALANCER`, `REPLICA` or `AMBASSADOR`; empty if dcgen did not make it.
        service: The service that it was made from.
        balances: A balancer's servers: service and port of each, in order.
        upstream: Where an ambassador leads to, as it is written.
        ports: The ports that an ambassador listens on.
        options: The options that shape its HAProxy, as words; see `lb.options`.
        access: How an ambassador gets in, as words; see `ambassador.access`.
        slots: The servers that a dynamic balancer has room for; 0 for any other.
        template: The folder of a person's own templates, seen from the file; as the label has it.
    """

    role: str = ""
    service: str = ""
    balances: tuple[tuple[str, int], ...] = ()
    upstream: str = ""
    ports: tuple[int, ...] = ()
    options: str = ""
    access: str = ""
    slots: int = 0
    template: str = ""

    @classmethod
    def read(cls, labels: Mapping[str, str | None]) -> "Identity":
        """Return what *labels* say, of a service or a container; they may hold any others.

        Raises:
            UserError: One of dcgen's does not read as what it should be.
        """
        text = {name: value or "" for name, value in labels.items() if name.startswith(PREFIX)}
        servers = (word.rpartition(":") for word in text.get(BALANCES, "").split())
        return cls(
            role=text.get(ROLE, ""),
            service=text.get(SERVICE, ""),
            balances=tuple((name, _number(BALANCES, port)) for name, _, port in servers),
            upstream=text.get(UPSTREAM, ""),
            ports=tuple(_number(PORTS, word) for word in text.get(PORTS, "").split()),
            options=text.get(OPTIONS, ""),
            access=text.get(ACCESS, ""),
            slots=_number(SLOTS, text.get(SLOTS) or "0"),
            template=text.get(TEMPLATE, ""),
        )

    def entries(self) -> dict[str, str]:
        """Return the labels that say this, in the order in which they are written."""
        found = {
            ROLE: self.role,
            SERVICE: self.service,
            BALANCES: " ".join(f"{name}:{port}" for name, port in self.balances),
            SLOTS: str(self.slots or ""),
            UPSTREAM: self.upstream,
            PORTS: " ".join(map(str, self.ports)),
            OPTIONS: self.options,
            ACCESS: self.access,
            TEMPLATE: self.template,
        }
        return {name: text for name, text in found.items() if text}

    @property
    def is_balancer(self) -> bool:
        """Whether it is the HAProxy before the replicas of a service."""
        return self.role == BALANCER

    @property
    def is_proxy(self) -> bool:
        """Whether HAProxy runs in it."""
        return self.role in {BALANCER, AMBASSADOR}

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a balancer that finds its replicas by DNS."""
        return self.role == BALANCER and self.slots > 0

    @property
    def replicas(self) -> list[str]:
        """The services that a balancer leads to; none for any other."""
        return list(dict.fromkeys(name for name, _ in self.balances))

    @property
    def listens(self) -> list[int]:
        """The ports on which its HAProxy listens."""
        return list(dict.fromkeys((*(port for _, port in self.balances), *self.ports)))


def _number(label: str, word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS):
        what = f"the label `{label}` has {word!r}, which is not a number"
        raise UserError(what, fix="generate the file again with dcgen")
    return int(word)
