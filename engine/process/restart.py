"""When a process that ended by itself is started again, as Compose's ``restart`` says.

Source: Compose Specification, services, "restart", and deploy, "restart_policy"; the delays are
those of Docker: 100 ms, doubled each time up to a minute, and 100 ms again after 10 s of good
health.
"""

from dataclasses import dataclass

from engine.variant import Service
from faults import UserError

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 60.0
HEALTHY_S = 10.0

_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_CONDITIONS = {"none": "no", "any": "always", "on-failure": "on-failure"}


@dataclass(frozen=True, slots=True)
class Restart:
    """One of Compose's policies, and how often at *most*; None is endless."""

    policy: str = "no"
    most: int | None = None

    def again(self, code: int, restarts: int) -> bool:
        """Return whether a process that ended with *code*, after *restarts*, runs once more."""
        if self.policy == "no" or (self.policy == "on-failure" and code == 0):
            return False
        return self.most is None or restarts < self.most


def delay_s(restarts: int) -> float:
    """Return how long to wait before the next start, after *restarts* in a row."""
    return min(FIRST_DELAY_S * 2.0 ** min(restarts, 10), LONGEST_DELAY_S)


def restart(service: Service) -> Restart:
    """Return the policy of *service*; what ``deploy`` says counts more than ``restart``.

    Raises:
        UserError: ``restart`` is none of Compose's words.
    """
    if deployed := _deployed(service):
        return deployed
    value = service.keys.get("restart")
    text = "no" if value is False or value is None else str(value)
    policy, _, most = text.partition(":")
    # Docker refuses a number of restarts with any other policy.
    if policy not in _POLICIES or (most and (policy != "on-failure" or not _is_number(most))):
        what = f"service '{service.name}' has restart '{text}'"
        raise UserError(
            what,
            fix=f"use one of {', '.join(_POLICIES)}, or on-failure:N",
            where=service.where("restart"),
        )
    return Restart(policy, int(most or 0) or None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _deployed(service: Service) -> Restart | None:
    deploy = service.keys.get("deploy")
    policy = deploy.get("restart_policy") if isinstance(deploy, dict) else None
    if not isinstance(policy, dict):
        return None
    most = policy.get("max_attempts")
    condition = _CONDITIONS.get(str(policy.get("condition", "any")), "no")
    limit = int(str(most)) if condition == "on-failure" and _is_number(str(most)) else 0
    return Restart(condition, limit or None)
