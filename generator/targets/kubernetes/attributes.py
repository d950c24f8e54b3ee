"""What becomes of each attribute of a service in Kubernetes: carried over, said, or refused.

An attribute without a row is refused, so that none is lost in silence.
Source: Compose Specification, "Services top-level elements".
"""

from composefile.document import own
from composefile.model import Model
from composefile.syntax.parser import Scalar
from faults import UserError
from generator.result import Notice

CARRIED = (
    *("build", "cap_add", "cap_drop", "command", "deploy", "entrypoint", "environment", "expose"),
    *("healthcheck", "image", "labels", "ports", "profiles", "read_only", "scale", "stdin_open"),
    *("stop_grace_period", "tty", "user", "volumes", "working_dir"),
)
CARRIED_OF_DEPLOY = ("mode", "replicas")
# Lost, and told: why, and what to do.
SAID = {
    "container_name": (
        "pods get names of their own",
        "name the Deployment: kubectl logs deploy/NAME",
    ),
    "depends_on": ("Kubernetes starts pods in no order", "let each program try again"),
    "logging": ("logs are the cluster's", "read them by `kubectl logs`"),
    "networks": (
        "all pods of a cluster reach each other",
        "write a NetworkPolicy if they must not",
    ),
}
ALWAYS = ("always", "unless-stopped")
SECTIONS = ("configs", "include", "models", "secrets")


def judged(model: Model, name: str) -> list[Notice]:
    """Return what is lost of service *name* in Kubernetes.

    Raises:
        UserError: It has an attribute that cannot be carried over.
    """
    for key in model.keys(name):
        is_known = key in CARRIED or key in SAID or key == "restart" or key.startswith("x-")
        if not is_known and model.get(name, key) is not None:
            raise refused(model, name, key)
    deploy = model.get(name, "deploy")
    for key in deploy if isinstance(deploy, dict) else ():
        if key not in CARRIED_OF_DEPLOY:
            raise refused(model, name, "deploy", f"deploy.{key}")
    if isinstance(deploy, dict) and deploy.get("mode") not in (None, "replicated"):
        raise refused(model, name, "deploy", "deploy.mode")
    return [*_lost(model, name), *_restart(model, name)]


def require_sections(model: Model) -> None:
    """Refuse what *model* says outside its services and cannot be carried over.

    Raises:
        UserError: It has such a section, or a volume that is not an empty one of Docker's own.
    """
    for section in SECTIONS:
        node = own(model.document.root, section)
        if node is not None:
            raise UserError(
                f"`{section}:` cannot be written as manifests",
                fix="give a file without it, as `docker compose config` prints it for `include`",
                where=model.document.where(node),
            )
    volumes = model.document.section("volumes")
    for key, body in volumes.entries if volumes else ():
        if isinstance(key, Scalar) and model.value(body):
            raise UserError(
                f"the settings of volume {key.value!r} are for Docker alone",
                fix="take them out: the cluster's default storage class makes the volume",
                where=model.document.where(key),
            )


def refused(model: Model, name: str, key: str, shown: str = "") -> UserError:
    """Return the error that *key* of service *name*, called *shown*, cannot be carried over."""
    return UserError(
        f"`{shown or key}:` of service {name!r} cannot be written as manifests",
        fix=f"give a file without it, with `-f`, and write that part for Kubernetes: {key}",
        where=model.where(name, key),
    )


def _lost(model: Model, name: str) -> list[Notice]:
    return [
        Notice(f"`{key}:` of {name} is left out: {why}", model.where(name, key), fix=fix)
        for key, (why, fix) in SAID.items()
        if model.get(name, key) is not None
    ]


def _restart(model: Model, name: str) -> list[Notice]:
    value = model.get(name, "restart")
    if value is None or value in ALWAYS:
        return []
    what = f"`restart: {value}` of {name} is left out: a Deployment always starts its pods again"
    return [Notice(what, model.where(name, "restart"), fix="write a Job if it is to end")]
