"""``${NAME:-default}``: what a value is for a decision; it is never written back resolved.

Rules: Compose Specification, "Interpolation". The values of variables come from the project's
``.env`` file, which is part of the input, and never from the environment, which differs from one
machine to the next.
"""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?P<rest>[^{}]*)\})"
)


def resolve(text: str, variables: Mapping[str, str]) -> str | None:
    """Return *text* with its references replaced; None if one has neither value nor default."""
    while True:
        unknown = False

        def replacement(match: re.Match[str]) -> str:
            nonlocal unknown
            if match["escaped"]:
                return "\0"
            value = _value(match["bare"] or match["name"], match["rest"] or "", variables)
            unknown = unknown or value is None
            return value or ""

        resolved = _REFERENCE.sub(replacement, text)
        if unknown:
            return None
        if resolved == text or "$" not in resolved:
            return resolved.replace("\0", "$")
        text = resolved  # a default held another reference: `${A:-${B:-80}}`


def _value(name: str, rest: str, variables: Mapping[str, str]) -> str | None:
    value = variables.get(name)
    if rest.startswith((":-", "-")):
        use_default = not value if rest[0] == ":" else value is None
        return rest.lstrip(":")[1:] if use_default else value
    if rest.startswith((":+", "+")):
        is_set = bool(value) if rest[0] == ":" else value is not None
        return rest.lstrip(":")[1:] if is_set else ""
    return value or None


def escape(text: str) -> str:
    """Return *text* so that Compose's interpolation gives it back as it is."""
    return text.replace("$", "$$")
