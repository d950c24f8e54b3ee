"""When a process that ended by itself is started again, as Compose's ``restart`` says.

Source: Compose Specification, services, "restart", and deploy, "restart_policy".
"""

from engine.process.process import Restart
from engine.replicas import MOST_DIGITS
from engine.variant import Service
from faults import UserError

_POLICIES = ("no", "always", "on-failure", "unless-stopped")
_CONDITIONS = {"none": "no", "any": "always", "on-failure": "on-failure"}


def restart(service: Service) -> Restart:
    """Return the policy of *service*; what ``deploy`` says counts more than ``restart``.

    Raises:
        UserError: ``restart`` is none of Compose's words.
    """
    if deployed := _deployed(service):
        return deployed
    value = service.keys.get("restart")
    text = "no" if value in (None, "false") else str(value)
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
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _deployed(service: Service) -> Restart | None:
    deploy = service.keys.get("deploy")
    policy = deploy.get("restart_policy") if isinstance(deploy, dict) else None
    if not isinstance(policy, dict):
        return None
    most = policy.get("max_attempts")
    condition = _CONDITIONS.get(str(policy.get("condition", "any")), "no")
    limit = int(str(most)) if condition == "on-failure" and _is_number(str(most)) else 0
    return Restart(condition, limit or None)
