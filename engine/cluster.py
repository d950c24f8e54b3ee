"""A cluster of Kubernetes, as far as kubectl reaches it: its API server judges, and keeps nothing.

Source: Kubernetes, "kubectl apply" (`--dry-run=server`).
"""

import re

from engine.hosts import DEFAULT_HOST
from faults import HostError
from lb import programs

_WITHIN_S = 300.0
_NOT_REACHED = re.compile(
    r"connection to the server|Unable to connect|no configuration has been provided|dial tcp"
    r"|context .* does not exist|You must be logged in|x509:|i/o timeout|server has asked for",
    re.IGNORECASE,
)
_FIX = "let kubectl reach a cluster: kubectl config use-context NAME"


def refusals(manifests: str) -> list[str]:
    """Return what the API server refuses of *manifests*, a line for each; empty if it takes all.

    Raises:
        HostError: There is no kubectl, or it reaches no API server.
    """
    kubectl = programs.find("kubectl")
    if kubectl is None:
        raise HostError("there is no 'kubectl' on PATH", fix="install it, to ask a cluster")
    command = [kubectl, "apply", "--dry-run=server", "--output=name", "--filename=-"]
    ended = DEFAULT_HOST.call(command, manifests, within_s=_WITHIN_S)
    if ended.code is None:
        raise HostError(f"the cluster does not answer within {_WITHIN_S:.0f} s", fix=_FIX)
    lines = [line for line in ended.err.splitlines() if line and not line.startswith("Warning:")]
    if ended.code and (not lines or _NOT_REACHED.search(ended.err)):
        said = lines[-1] if lines else f"kubectl ended with {ended.code}"
        raise HostError(f"the cluster cannot be asked: {said}", fix=_FIX)
    return lines if ended.code else []
