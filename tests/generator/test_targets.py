"""The table of targets: each writes a variant into named files, the main one first."""

import re
from pathlib import Path

import click
import pytest

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from dcgen.commands.scale import scale as command
from faults import UsageError
from generator.result import Made, Settings, is_generated
from generator.targets.table import TARGETS
from generator.transforms.scale import scale

SOURCE = """\
services:
  rng:
    build: ./rng
    ports: ["8001:80"]
"""


def made(folder: Path, settings: Settings) -> Made:
    model = Model(load(SOURCE, "compose.yml"), Project(folder))
    variant = scale(model, "rng", 2, settings)
    return Made(model, variant, name="g.yml", folder=folder, alone="compose.yml")


# A provider writes what is to be done, not what comes out.
WRITES_HAPROXY = sorted(TARGETS.keys() - {"provider"})


@pytest.mark.parametrize("name", WRITES_HAPROXY)
def test_every_target_writes_the_main_file_and_those_beside_it(name: str, tmp_path: Path) -> None:
    files = TARGETS[name].write(made(tmp_path, Settings(lb_config="file")))

    assert list(files) == ["g.yml", "rng.haproxy.cfg"]
    assert all(is_generated(text) for text in files.values())
    assert list(load(files["g.yml"], "g.yml").names)[-1] == "rng"


def test_a_provider_has_no_file_beside_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape("not rng.haproxy.cfg beside it")):
        TARGETS["provider"].write(made(tmp_path, Settings(lb_config="file")))


def test_only_what_is_put_on_top_leaves_the_source_alone(tmp_path: Path) -> None:
    texts = {
        name: target.write(made(tmp_path, Settings()))["g.yml"] for name, target in TARGETS.items()
    }

    repeats = {name for name, text in texts.items() if "build: ./rng" in text}
    assert repeats == {name for name, target in TARGETS.items() if not target.on_top}


def test_every_form_that_an_option_asks_for_is_in_the_table() -> None:
    asked = [param for param in command.params if param.name == "target"]
    options = [param for param in asked if isinstance(param, click.Option)]

    named = {name for param in options for name in (param.default, param.flag_value)}

    assert options
    assert {name for name in named if isinstance(name, str)} == set(TARGETS)
