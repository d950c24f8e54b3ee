"""What a project uses and does not make: `external` networks, volumes, configs and secrets.

Source: Compose Specification, "networks", "volumes", "configs", "secrets": `external` and `name`;
`external: {name: …}` is the form of before, which every Compose still reads.
"""

from collections.abc import Mapping

from composefile.values import Value


def outside_name(settings: Mapping[str, Value], key: str) -> str:
    """Return what it is called where others have made it; empty if the project makes it.

    Args:
        settings: What the file declares of it.
        key: Its name in the file.
    """
    external, called = settings.get("external"), settings.get("name")
    if external in (None, "false"):
        return ""
    former = external.get("name") if isinstance(external, dict) else None
    return next((text for text in (called, former) if text and isinstance(text, str)), key)
