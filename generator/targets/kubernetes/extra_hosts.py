"""The hosts that a service knows by `extra_hosts`.

Source: Compose Specification, "extra_hosts".
"""

from composefile.values import Value, words


def extra_hosts(value: Value) -> list[tuple[str, str]]:
    """Return the hosts of a value of `extra_hosts`, each with its address."""
    if isinstance(value, dict):
        pairs = [(host, "".join(words(address))) for host, address in value.items()]
    else:
        parts = (item.replace("=", ":", 1).partition(":") for item in words(value))
        pairs = [(host, address) for host, _, address in parts]
    return [(host, address.strip("[]")) for host, address in pairs]
