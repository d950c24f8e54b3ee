"""The images that run a configuration, and what dcgen relies on in them."""

DEFAULT_IMAGE = "haproxy:3.0"
HAMBA_IMAGE = "jpetazzo/hamba"

CONFIG_PATH = "/usr/local/etc/haproxy/haproxy.cfg"
"""Where the official image looks for its configuration."""

HARD_STOP_S = 5
"""Seconds after which HAProxy closes what is still open when it has been asked to stop.

The official image stops on SIGUSR1, which waits for every client, an idle one too.
"""

GRACE_S = 10
"""Seconds that ``docker stop`` waits before it kills; Compose's ``stop_grace_period``."""


def is_known(image: str) -> bool:
    """Tell whether *image* is the official one or ours, by its name and wherever it comes from."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return name in (DEFAULT_IMAGE.partition(":")[0], HAMBA_IMAGE.rpartition("/")[2])


def stop_grace_s(hard_stop_s: float) -> float:
    """Return how long Docker must wait for a HAProxy that closes what is open at *hard_stop_s*."""
    return hard_stop_s + GRACE_S - HARD_STOP_S


USER = 99
"""The user of the official image and of ours, by number: a cluster does not know its name."""

STATS_PASSWORD = "HAPROXY_STATS_PASSWORD"  # noqa: S105 - a name
"""The environment variable with the password of the statistics page; without it there is none."""

STOP_SECONDS = "DCGEN_STOP_S"
"""The variable with the seconds that clients of our own image have when it is stopped."""
