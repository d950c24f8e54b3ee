"""A cluster of Kubernetes, as far as kubectl reaches it.

Its API server judges manifests and keeps nothing, and leads into the containers of pods. Sources:
Kubernetes, "kubectl apply" (`--dry-run=server`), "kubectl exec".
"""

import re

from engine.hosts import DEFAULT_HOST, Ended
from faults import HostError
from lb import programs

_WITHIN_S = 300.0
_NOT_REACHED = re.compile(
    r"connection to the server|Unable to connect|no configuration has been provided|dial tcp"
    r"|context .* does not exist|You must be logged in|x509:|i/o timeout|server has asked for",
    re.IGNORECASE,
)
_ANSWERS_WITHIN_S = 30.0
_FIX = "let kubectl reach a cluster: kubectl config use-context NAME"


def refusals(manifests: str) -> list[str]:
    """Return what the API server refuses of *manifests*, a line for each; empty if it takes all.

    Raises:
        HostError: There is no kubectl, or it reaches no API server.
    """
    words = ("apply", "--dry-run=server", "--output=name", "--filename=-")
    ended = _kubectl(words, manifests, _WITHIN_S)
    return _said(ended) if ended.code else []


def kubectl(namespace: str, *words: str) -> str:
    """Return what kubectl says to *words* in *namespace*; empty is the one that kubectl is set to.

    Raises:
        HostError: There is no kubectl, it reaches no API server, or it refuses; the error says why.
    """
    of = (f"--namespace={namespace}",) if namespace else ()
    ended = _kubectl((*of, *words), "", _ANSWERS_WITHIN_S)
    if ended.code:
        raise HostError(_said(ended)[-1], fix="give the namespace: --namespace NAME")
    return ended.out


def _kubectl(words: tuple[str, ...], text: str, within_s: float) -> Ended:
    program = programs.find("kubectl")
    if program is None:
        raise HostError("there is no 'kubectl' on PATH", fix="install it, to ask a cluster")
    ended = DEFAULT_HOST.call([program, *words], text, within_s=within_s)
    if ended.code is None:
        raise HostError(f"the cluster does not answer within {within_s:.0f} s", fix=_FIX)
    lines = _said(ended)
    if ended.code and (not lines or _NOT_REACHED.search(ended.err)):
        said = lines[-1] if lines else f"kubectl ended with {ended.code}"
        raise HostError(f"the cluster cannot be asked: {said}", fix=_FIX)
    return ended


def _said(ended: Ended) -> list[str]:
    return [line for line in ended.err.splitlines() if line and not line.startswith("Warning:")]
