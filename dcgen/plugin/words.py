"""What Docker gives a plugin: its own global options, the plugin's name, then the words for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from faults import UsageError

PLUGIN = "dcgen"
COMPLETE = ("__complete", "__completeNoDesc")
# Docker's global options that have a variable of the same meaning.
# Source: Docker CLI reference, "Environment variables".
VARIABLES = {
    "--config": "DOCKER_CONFIG",
    "-c": "DOCKER_CONTEXT",
    "--context": "DOCKER_CONTEXT",
    "-H": "DOCKER_HOST",
    "--host": "DOCKER_HOST",
}
_WITHOUT_EFFECT = ("-D", "--debug")
_LOG_LEVEL = ("-l", "--log-level")


@dataclass(frozen=True, slots=True)
class Called:
    """How Docker called the plugin.

    Attributes:
        words: The words for dcgen.
        completes: Whether the last of them is to be completed, and nothing run.
        variables: What Docker's global options say, as variables of the environment.
    """

    words: tuple[str, ...]
    completes: bool = False
    variables: dict[str, str] = field(default_factory=dict)


def understood(words: Sequence[str]) -> Called:
    """Return what Docker, which gave *words*, wants.

    Compose calls the file of the plugin, too, as a provider: then its name is not among the words.

    Raises:
        UsageError: A global option of Docker's has no variable: TLS is chosen by a context.
    """
    if words[:1] == ["compose"]:
        return Called(tuple(words))
    if words and words[0] in COMPLETE:
        return Called(tuple(words[2:]), completes=True)
    rest, variables = list(words), dict[str, str]()
    asks_for_help = False
    while rest and rest[0] != PLUGIN:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in (*VARIABLES, *_LOG_LEVEL):
            value = value if equals else (rest.pop(0) if rest else "")
            variables |= {VARIABLES[name]: value} if name in VARIABLES else {}
        elif word == "help":
            asks_for_help = True
        elif word not in _WITHOUT_EFFECT:
            raise UsageError(
                f"docker's option {name!r} has no effect on a plugin",
                fix="create a context with it: docker context create NAME --docker …",
            )
    return Called((*rest[1:], *["--help"] * asks_for_help), variables=variables)
