"""The services that dcgen writes: a balancer or an ambassador, as entries of a Compose file.

How the configuration of its HAProxy reaches the container (Compose Specification, "configs"):
*inline* as `configs: … content:`, or as an environment variable in the formats that docker-compose
1.x reads, which knows no content; *file* as a bind mount; *args* as the hamba image's arguments.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from composefile import interpolation, labels
from composefile.labels import Identity
from generator.checks.by_arguments import require_arguments
from generator.editing.emit import Emitted, Literal, Quoted, Verbatim, flow
from generator.result import CONFIGURATION, LbConfig, Settings, Unproven
from lb import healthcheck
from lb.image import CONFIG_PATH, DEFAULT_IMAGE, HAMBA_IMAGE, STATS_PASSWORD
from lb.model import Address, Configuration, Late
from lb.render import render

if TYPE_CHECKING:
    from ambassador.access import Access
    from generator.services.own_templates import OwnTemplates

# What this module writes; every other key of a generated service was carried over.
GENERATED_KEYS = (
    "image",
    "command",
    "entrypoint",
    "environment",
    "depends_on",
    "links",
    "configs",
    "secrets",
    "volumes",
    "extra_hosts",
    "healthcheck",
    "stop_grace_period",
    "cap_drop",
    "security_opt",
    "sysctls",
    "read_only",
    "tmpfs",
    "labels",
)
VARIABLE = "HAPROXY_CONFIG"
START_PERIOD_S = 10
_START = f"exec haproxy -W -db -f {CONFIG_PATH}"
_SHELL = f'printf "%s" "$${VARIABLE}" > /tmp/haproxy.cfg && exec haproxy -W -db -f /tmp/haproxy.cfg'


@dataclass(frozen=True, slots=True)
class GeneratedService:
    """A generated service: what stands above and below the carried entries, and what goes with it.

    Attributes:
        head: Its entries above those that were carried over.
        tail: Its entries below them, the labels last.
        config: Name and content of its entry under the top-level `configs`, if it has one.
        files: Name and content of the file to be put beside the variant, if it needs one.
        unproven: Its HAProxy's configuration, if a person's own templates made it.
        listens: The ports that its HAProxy listens on.
    """

    head: Mapping[str, Emitted]
    tail: Mapping[str, Emitted]
    config: tuple[str, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    unproven: tuple[Unproven, ...] = ()
    listens: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProxySpec:
    """What the HAProxy of *service* is for.

    Attributes:
        routes: Listening port to the addresses behind it.
        configuration: The same, as HAProxy's configuration.
        identity: What its labels say that it is, without its options and how it gets in.
        companions: The services of the same file that it leads to.
        v1: Whether the file is in the v1 format.
        v2: Whether it is in a 2.x format.
        linked: Whether containers find each other by links alone, as on Docker's own bridge.
        awaited: Whether some service waits until it is healthy.
        patience_s: How many seconds it may take until what it leads to is healthy.
        config_name: The name that is free for it under the top-level `configs`.
        access: How it gets in where it leads to; None for a balancer.
        files: Path in the container and path on this machine of each file that it needs.
        extra_hosts: The names that it knows beside those of DNS, as `NAME:ADDRESS`.
        template: A person's own templates for the configuration.
        sysctls: The settings of its network's kernel.
    """

    service: str
    routes: Mapping[int, Sequence[Address]]
    configuration: Configuration
    identity: Identity
    companions: Sequence[str] = ()
    v1: bool = False
    v2: bool = False
    linked: bool = False
    awaited: bool = False
    patience_s: int = 0
    config_name: str = ""
    access: "Access | None" = None
    files: Sequence[tuple[str, str]] = ()
    extra_hosts: Sequence[str] = ()
    template: "OwnTemplates | None" = None
    sysctls: Sequence[Emitted] = ()

    @property
    def secrets(self) -> dict[str, str]:
        """The variables that HAProxy reads from a secret when it starts, and which one."""
        found = self.access.secrets if self.access else {}
        page = self.configuration.options.stats_secret
        return {**found, STATS_PASSWORD: page} if page else found

    @property
    def secret_names(self) -> list[str]:
        """All its secrets: those, and the files that are secrets."""
        files = self.access.mounted if self.access else []
        return list(dict.fromkeys([*self.secrets.values(), *files]))

    @property
    def way_in(self) -> str:
        """How it gets in where it leads to, as words."""
        return self.access.words() if self.access else ""

    @property
    def fails_over(self) -> bool:
        """Whether some of the servers only stand by for another."""
        return any(proxy.failover for proxy in self.configuration.proxies)


def lb_config_of(spec: ProxySpec, settings: Settings) -> LbConfig:
    """Return how a configuration reaches the container: as asked, else as the format allows.

    What docker-compose 1.x reads takes *args*; the hamba image listens on one port and shares it
    between its servers: several ports, or upstreams of which one serves, take *inline*. So do
    options of a 2.x format, which has always been read by Compose 2 as well.
    """
    if settings.lb_config:
        return settings.lb_config
    old = spec.v1 or (spec.v2 and not _needs_configuration(spec))
    return "args" if old and len(spec.routes) == 1 and not spec.fails_over else "inline"


def _needs_configuration(spec: ProxySpec) -> bool:
    chosen = spec.configuration.options.words() or spec.way_in or spec.identity.slots
    return bool(chosen or spec.template or spec.files)


def proxy(spec: ProxySpec, settings: Settings) -> GeneratedService:
    """Return the service that *spec* describes.

    Raises:
        UsageError: *args* cannot say it with the hamba image.
    """
    kind = lb_config_of(spec, settings)
    if kind == "args":
        return _by_arguments(spec, settings)
    late = spec.configuration.late
    text = render(spec.configuration, spec.template.folder if spec.template else None)
    image = settings.lb_image or DEFAULT_IMAGE
    head: dict[str, Emitted] = {"image": image}
    config, files, start = None, {}, _START
    volumes = [f"{source}:{target}:ro" for target, source in spec.files]
    variables = _variables(spec)
    if kind == "file":
        name = f"{spec.service}{CONFIGURATION}"
        files[name] = text
        volumes.append(f"./{name}:{CONFIG_PATH}:ro,z")  # z: a container may read it under SELinux
    elif spec.v1 or spec.v2:
        start = _SHELL
        variables[VARIABLE] = Literal(late.configuration(interpolation.escape(text)))
    else:
        config = (spec.config_name, late.configuration(interpolation.escape(text)))
        head["configs"] = [{"source": spec.config_name, "target": CONFIG_PATH}]
    head |= _command(spec, start)
    head |= {k: v for k, v in (("environment", variables), ("volumes", volumes)) if v}
    head |= _neighbours(spec)
    digest = hashlib.sha256(late.configuration(text).encode()).hexdigest()[:16]
    tail = {} if spec.v1 else _guarded(spec, settings, image)
    if kind == "file" and not (spec.v1 or spec.secret_names):
        # What Compose copies into a container, as an inline configuration, Docker refuses here.
        tail |= {"read_only": True, "tmpfs": ["/tmp"]}  # noqa: S108 - in the container
    tail["labels"] = {**_labels(spec), labels.CONFIG: f"sha256:{digest}"}
    return GeneratedService(head, tail, config, files, _unproven(spec, text), tuple(spec.routes))


def _guarded(spec: ProxySpec, settings: Settings, image: str) -> dict[str, Emitted]:
    """Return how Docker asks whether it is well, and what its container may not do."""
    test = Verbatim(flow(healthcheck.test(image, _health_port(spec))))
    found: dict[str, Emitted] = {
        "healthcheck": {
            "test": test,
            "interval": "5s",
            "timeout": "3s",
            "retries": 3,
            "start_period": f"{max(START_PERIOD_S, spec.patience_s)}s",
        },
        "stop_grace_period": f"{spec.configuration.grace_s:g}s",
        "cap_drop": ["ALL"],
    }
    if not settings.new_privileges:
        found["security_opt"] = ["no-new-privileges:true"]
    return found


def _by_arguments(spec: ProxySpec, settings: Settings) -> GeneratedService:
    from lb.arguments import arguments  # noqa: PLC0415 - few variants have them

    image = settings.lb_image or HAMBA_IMAGE
    beyond = spec.way_in or ("one upstream after another" if spec.fails_over else "")
    options = spec.configuration.options
    ports = sorted(spec.routes)
    require_arguments(
        image, spec.service, ports, options, beyond=beyond, templates=spec.template is not None
    )
    words = options.words()
    routes = [arguments(port, addresses) for port, addresses in spec.routes.items()]
    command = spec.configuration.late.words(" -- ".join(routes))
    head: dict[str, Emitted] = {"image": image, "command": Quoted(command)}
    if words:
        head["environment"] = {"DCGEN_OPTIONS": words, **_variables(spec)}
    head |= _neighbours(spec)
    tail: dict[str, Emitted] = {}
    if spec.awaited and not spec.v1:
        port = spec.configuration.late.word(str(next(iter(spec.routes))))
        test = Verbatim(flow(["CMD-SHELL", f"nc -z 127.0.0.1 {port}"]))
        tail["healthcheck"] = {"test": test, "interval": "5s", "timeout": "3s", "retries": 3}
    return GeneratedService(head, {**tail, "labels": _labels(spec)}, listens=tuple(spec.routes))


def _variables(spec: ProxySpec) -> dict[str, Emitted]:
    # Names without values: Compose takes those from where it runs, and no file holds a password.
    names = [spec.access.auth_env] if spec.access and spec.access.auth_env else []
    options = spec.configuration.options
    names += [STATS_PASSWORD] if options.stats and not options.stats_secret else []
    return dict.fromkeys(names)


def _command(spec: ProxySpec, start: str) -> dict[str, Emitted]:
    """Return the command that runs *start*, if it is not the image's own, and its secrets."""
    found = spec.secrets
    secrets: dict[str, Emitted] = {"secrets": spec.secret_names} if spec.secret_names else {}
    if start == _START and not found:
        return secrets
    # A secret that cannot be read must end it: an empty password is none.
    read = [
        f'{variable}="$$(cat /run/secrets/{name})" && export {variable} && '
        for variable, name in found.items()
    ]
    command = Verbatim(flow(["sh", "-c", f"{''.join(read)}{start}"]))
    return {"command": command, **secrets}


def _neighbours(spec: ProxySpec) -> dict[str, Emitted]:
    found: dict[str, Emitted] = {}
    if spec.linked and spec.companions:
        found["links"] = list(spec.companions)
    elif spec.patience_s and spec.companions and not (spec.v1 or spec.v2):
        # They have a health check: until it is content, a balancer before them serves nobody.
        healthy = {"condition": "service_healthy"}
        found["depends_on"] = dict.fromkeys(spec.companions, healthy)
    elif spec.companions:
        found["depends_on"] = list(spec.companions)
    if spec.extra_hosts:
        found["extra_hosts"] = list(spec.extra_hosts)
    return found


def _labels(spec: ProxySpec) -> dict[str, Emitted]:
    whole = replace(
        spec.identity,
        options=spec.configuration.options.words(),
        access=spec.way_in,
        template=interpolation.escape(spec.template.path) if spec.template else "",
    )
    entries = whole.entries()
    late = Late(spec.configuration.late.ports)  # a service is called so, whatever DNS is asked
    written = {labels.BALANCES: late.words, labels.PORTS: late.words, labels.OPTIONS: late.options}
    return {k: written[k](text) if k in written else text for k, text in entries.items()}


def _unproven(spec: ProxySpec, text: str) -> tuple[Unproven, ...]:
    if spec.template is None:
        return ()
    files = {there: spec.template.base / here for there, here in spec.files}
    return (Unproven(text, spec.template.folder, files),)


def _health_port(spec: ProxySpec) -> int:
    bind = spec.configuration.health_bind
    assert bind is not None  # noqa: S101 - a container's configuration always has one
    return int(bind.rpartition(":")[2])
