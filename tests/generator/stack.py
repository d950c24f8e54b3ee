"""What the tests of `dcgen swarm` share: its output, and a file with one service."""

from collections.abc import Callable
from io import StringIO
from typing import Any

from click.testing import Result
from ruamel.yaml import YAML

PUSHED = ("--registry", "registry.example/coins", "--tag", "1")
Swarm = Callable[..., Result]


def loaded(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return YAML(typ="safe").load(StringIO(result.stdout))


def web(body: str) -> str:
    return "name: shop\nservices:\n  web:\n    image: nginx\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )
