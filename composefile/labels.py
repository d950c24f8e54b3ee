"""The labels by which a variant describes itself (ARCHITECTURE.md, "The border")."""

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
COUNT = "dcgen.count"  # its author writes it: what to count in the log lines of a service

BALANCER = "balancer"
REPLICA = "replica"
AMBASSADOR = "ambassador"

PREFIX = "dcgen."

# Labels and variables by which other proxies (Traefik, Caddy, nginx-proxy) find a service: they
# must lead to the balancer, or that proxy would balance past it.
ROUTING_LABELS = ("traefik.", "caddy", "com.docker.lb", "com.docker.stack", "virtual", "nginx")
ROUTING_VARIABLES = (
    "VIRTUAL_",
    "LETSENCRYPT_",
    "ACME_",
    "HTTPS_METHOD",
    "TCP_PORTS",
    "FORCE_SSL",
    "SERVICE_PORTS",
)


def is_routing_label(name: str) -> bool:
    """Tell whether the label *name* tells another proxy where to lead."""
    return name.lower().startswith(ROUTING_LABELS)


def is_routing_variable(name: str) -> bool:
    """Tell whether the environment variable *name* tells another proxy where to lead."""
    return name.startswith(ROUTING_VARIABLES)
