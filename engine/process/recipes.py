"""How a service becomes a process, or why it cannot.

Three kinds run: a balancer or ambassador is a real ``haproxy``, an image ``redis`` a real
``redis-server``, and a ``build`` whose command runs Python is a process of this Python in the
folder of its Dockerfile. Everything else is refused by name.
"""

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from composefile import labels, text_file
from composefile.dockerfile import Image, parse_dockerfile
from engine.process.free_ports import exposed
from engine.process.packages import install_command, missing
from engine.process.soundness import require_sound, require_sound_program
from engine.variant import Service, Variant
from faults import HostError, UserError
from lb import programs

Kind = Literal["proxy", "python", "redis"]

_DOCKER = "use --engine docker"
_REDIS_PORT = 6379
_REDIS_IMAGE = re.compile(r"(?:(?:docker\.io/)?library/)?redis(?::[^/]*|@.*)?")
_PYTHON = re.compile(r"python(?:3(?:\.[0-9]+)?)?")
# Set by the engine itself, or pointing out of the private folder.
_REDIS_OURS = {"--bind", "--daemonize", "--dir", "--include", "--logfile", "--pidfile", "--port"}
# A process of the host has no namespaces of its own, no devices handed in, no mounts.
_NEEDS_A_CONTAINER = {
    "cap_add": "extra capabilities",
    "cgroup": "a cgroup of its own",
    "devices": "devices",
    "gpus": "devices",
    "ipc": "another IPC namespace",
    "network_mode": "another network namespace",
    "net": "another network namespace",
    "pid": "another process namespace",
    "privileged": "'privileged'",
    "provider": "a provider",
    "volumes_from": "the volumes of another container",
}
# The mounts of a container: harmless to leave out only where we know what is in them.
_MOUNTS = {"configs": "configs", "secrets": "secrets", "volumes": "volumes"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one replica of a service is run.

    Attributes:
        kind: What runs.
        command: Its first words; addresses are appended or handed over when they are known.
        ports: The container ports that it serves; empty for a service that nobody calls.
        folder: Where it runs; None for a private one.
        env: Variables that its image sets.
    """

    kind: Kind
    command: tuple[str, ...]
    ports: tuple[int, ...]
    folder: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def recipe(service: Service) -> Recipe:
    """Return how *service* becomes a process.

    Raises:
        UserError: It needs a container; the message says why.
        HostError: It could run, but a program or a Python package is missing here.
    """
    require_sound(service)
    for reason in _containers_only(service):
        raise _refusal(service, reason[1], reason[0])
    if service.identity.is_proxy:
        return Recipe("proxy", (program("haproxy", service),), _proxy_ports(service))
    image = str(service.keys.get("image") or "")
    if "build" in service.keys:
        made = _python(service)
        require_sound_program(service, (*made.command, str(made.folder or "")))
        return made
    if _REDIS_IMAGE.fullmatch(image):
        return _redis(service)
    what = f"runs image '{image}', and only 'redis' is known as a program of this host"
    raise _refusal(service, what if image else "has neither 'image' nor 'build'", "image")


def built(service: Service, variant: Variant) -> Service:
    """Return *service* with the `build` of the one in *variant* that makes its image, if one does.

    Compose, too, finds an image that another service of the file builds.
    """
    image = service.keys.get("image")
    if not image or "build" in service.keys:
        return service
    for other in variant:
        if other.keys.get("image") == image and "build" in other.keys:
            return replace(service, keys={**service.keys, "build": other.keys["build"]})
    return service


def program(name: str, service: Service) -> str:
    """Return the path of program *name*, which *service* needs.

    Raises:
        HostError: It is not installed.
    """
    if found := programs.find(name):
        return found
    package = "redis" if name.startswith("redis") else name
    debian = "redis-server" if package == "redis" else package
    what = f"service '{service.name}' needs the program '{name}', which is not installed"
    fix = f"apt-get install {debian} (macOS: brew install {package})"
    raise HostError(what, fix=fix, where=service.place)


def _refusal(service: Service, reason: str, key: str) -> UserError:
    what = f"service '{service.name}' {reason}: it cannot run as a process"
    return UserError(what, fix=_DOCKER, where=service.where(key))


def _containers_only(service: Service) -> Iterator[tuple[str, str]]:
    # Yields the key that asks for a container, and what it asks for.
    for key, thing in _NEEDS_A_CONTAINER.items():
        value = service.keys.get(key)
        if value and value not in ("bridge", "default", "false"):
            yield key, f"asks for {thing}"
    if service.identity.is_proxy or "build" not in service.keys:
        return
    for key, thing in _MOUNTS.items():
        if service.keys.get(key):
            yield key, f"mounts {thing}"


def _proxy_ports(service: Service) -> tuple[int, ...]:
    identity = service.identity
    if not identity.listens:
        label = labels.BALANCES if identity.is_balancer else labels.PORTS
        what = f"{identity.role} '{service.name}' has no readable label '{label}'"
        fix = "generate the file again with dcgen"
        raise UserError(what, fix=fix, where=service.where("labels"))
    return tuple(identity.listens)


def _redis(service: Service) -> Recipe:
    words = _words(service, "command")
    if words[:1] == ["redis-server"]:
        words = words[1:]
    if any(word in _REDIS_OURS for word in words) or (words and not words[0].startswith("--")):
        reason = f"starts Redis with '{' '.join(words)}', which is not supported for a process"
        raise _refusal(service, reason, "command")
    if service.keys.get("entrypoint"):
        raise _refusal(service, "has its own 'entrypoint'", "entrypoint")
    if other := [p for p in exposed(service) if p != _REDIS_PORT]:
        raise _refusal(service, f"runs Redis on port {other[0]}", "ports")
    command = (program("redis-server", service), *words)
    return Recipe("redis", command, (_REDIS_PORT,))


def _python(service: Service) -> Recipe:
    build: Any = service.keys["build"]
    options = build if isinstance(build, dict) else {"context": build}
    folder = Path(os.path.realpath(service.folder / str(options.get("context") or ".")))
    image = _image(service, folder, options)
    command = _command(service, image)
    if not command or not _PYTHON.fullmatch(PurePosixPath(command[0]).name):
        reason = f"runs '{' '.join(command)}', not Python" if command else "has no command"
        raise _refusal(service, reason, "build")
    arguments = _inside(command[1:], image.workdir)
    _check_script(service, arguments, folder)
    _check_requirements(service, folder / "requirements.txt")
    ports = tuple(dict.fromkeys(exposed(service) or image.ports))
    if len(ports) > 1:
        listed = ", ".join(map(str, ports))
        raise _refusal(service, f"listens on several ports ({listed})", "ports")
    # A path inside the image is none of this host.
    env = {k: v for k, v in image.env if k != "PATH" and not v.startswith("/")}
    return Recipe("python", (sys.executable, *arguments), ports, folder, env)


def _image(service: Service, folder: Path, options: Mapping[str, Any]) -> Image:
    target = str(options.get("target") or "") or None
    if "dockerfile_inline" in options:
        return parse_dockerfile(str(options["dockerfile_inline"]), target)
    file = folder / str(options.get("dockerfile") or "Dockerfile")
    try:
        return parse_dockerfile(text_file.read(file), target)
    except text_file.UnreadableError as error:
        what = f"service '{service.name}' builds '{file}': {error}"
        fix = "add the Dockerfile, or give its path in 'build'"
        raise UserError(what, fix=fix, where=service.where("build")) from error


def _command(service: Service, image: Image) -> list[str]:
    entrypoint = service.keys.get("entrypoint")
    command = service.keys.get("command")
    if image.needs_shell and command is None and entrypoint is None:
        raise _refusal(service, "has a Dockerfile whose command needs a shell", "build")
    # An entrypoint in the Compose file clears the image's command (Compose, "entrypoint").
    words = [] if entrypoint else list(image.cmd)
    if command is not None:
        words = _words(service, "command")
    first = _words(service, "entrypoint") if entrypoint is not None else image.entrypoint
    return [*first, *words]


def _words(service: Service, key: str) -> list[str]:
    # Compose splits a string into words and starts no shell.
    command = service.keys.get(key)
    if isinstance(command, list):
        return [str(word) for word in command]
    try:
        return shlex.split(str(command)) if command else []
    except ValueError as error:
        what = f"'{command}' of service '{service.name}' has a quote that is not closed"
        raise UserError(what, fix="close the quote", where=service.where(key)) from error


def _inside(arguments: list[str], workdir: str) -> list[str]:
    # The image holds the folder's files in its working directory.
    root = workdir.rstrip("/") + "/"
    return [a.removeprefix(root) if a.startswith(root) else a for a in arguments]


def _check_script(service: Service, arguments: list[str], folder: Path) -> None:
    plain = [a for a in arguments if not a.startswith("-")]
    is_script = bool(plain) and "-m" not in arguments and "-c" not in arguments
    if is_script and not (folder / plain[0]).is_file():
        reason = f"runs '{plain[0]}', which is not in '{folder}'"
        raise _refusal(service, reason, "build")


def _check_requirements(service: Service, file: Path) -> None:
    if lacking := missing(file):
        names = ", ".join(str(one) for one in lacking)
        what = f"service '{service.name}' needs {names}, which this Python ({sys.prefix}) lacks"
        fix = install_command(lacking, file)
        raise HostError(what, fix=fix, where=service.where("build"))
