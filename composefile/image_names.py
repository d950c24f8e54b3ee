"""What Docker takes as parts of the name of an image: the place of a registry, and a tag.

Source: distribution/reference, "reference.go".
"""

import re

# Without a tag; a name without a dot is one of Docker Hub's.
_PART = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_REGISTRY = re.compile(f"(?:{_HOST}|{_PART})(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def is_registry(text: str) -> bool:
    """Tell whether *text* is where images can be: ``HOST[:PORT][/PATH]``."""
    return bool(_REGISTRY.fullmatch(text))


def is_tag(text: str) -> bool:
    """Tell whether *text* can be the tag of an image."""
    return bool(_TAG.fullmatch(text))
