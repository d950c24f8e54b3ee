"""Which Compose reads which form of a variant, as the table of docs/docker.md says."""

from pathlib import Path

import pytest

from tests.e2e.door import dcgen
from tests.lab import composes
from tests.lab.commands import CommandError

SOURCE = "services:\n  web:\n    image: haproxy:3.0\n    ports: ['8001:8080']\n"
FORMS = {
    "inline": ("--lb-config", "inline"),
    "file": ("--lb-config", "file"),
    "args": ("--lb-config", "args"),
    "overlay": ("--overlay",),
    "provider": ("--provider",),
}
REFUSED = {
    ("1.29", "inline"): "'content' does not match",
    ("1.29", "overlay"): "!reset",
    ("1.29", "provider"): "Unsupported config option for services.web: 'provider'",
    ("2.26", "provider"): "Additional property provider is not allowed",
}


@pytest.mark.parametrize("version", composes.VERSIONS)
@pytest.mark.parametrize("form", FORMS)
def test_compose_reads_what_the_table_says(version: str, form: str, tmp_path: Path) -> None:
    composes.require(version)
    (tmp_path / "compose.yml").write_text(SOURCE)
    dcgen("scale", "web", "3", *FORMS[form], "-q", cwd=tmp_path)
    beside = ["compose.yml"] if form in ("overlay", "provider") else []
    try:
        composes.config(version, tmp_path, *beside, "generated.yml")
    except CommandError as error:
        said = error.output
    else:
        said = ""

    assert REFUSED.get((version, form), "") in said
    assert bool(said) == ((version, form) in REFUSED)
