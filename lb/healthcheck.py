"""The health check of a balancer's container, in Compose's form, with what its image contains."""

from lb.model import HEALTH_PATH, HEALTH_PORT

_BASH = (
    "exec 3<>/dev/tcp/127.0.0.1/{port}; "
    "printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' >&3; "
    "grep -q '^HTTP/1.. 200' <&3"
)
_WGET = "wget -q -O /dev/null http://127.0.0.1:{port}{path}"


def test(image: str, port: int = HEALTH_PORT) -> list[str]:  # noqa: PT028 - Compose's word
    """Return the ``test`` of a Compose ``healthcheck``: it asks the health frontend on *port*.

    The official Debian image has neither curl nor wget but bash; the Alpine one has wget but no
    bash. An image with another name is asked at run time. No ``$`` occurs, so that nothing needs
    doubling in a Compose file.
    """
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    bash = _BASH.format(port=port, path=HEALTH_PATH)
    wget = _WGET.format(port=port, path=HEALTH_PATH)
    if "alpine" in f"{name}:{tag}":
        return ["CMD", *wget.split()]
    if name == "haproxy":
        return ["CMD", "bash", "-c", bash]
    shell = f'if command -v bash >/dev/null; then exec bash -c "{bash}"; else {wget}; fi'
    return ["CMD-SHELL", shell]
