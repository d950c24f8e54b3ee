"""`dcgen kubernetes`: no attribute of a service is lost in silence."""

import itertools
from pathlib import Path

import pytest

from tests.generator.cluster import run, service
from tests.generator.test_attributes import SAMPLES


def test_two_services_that_would_be_one_object_are_refused(tmp_path: Path) -> None:
    text = service("ports: ['80:80']") + "  web-published: {image: redis}\n"
    result = run(tmp_path, text)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "'web-published'" in result.stderr


# What is about the making of an image, or says as it stands there what is so anyway.
SILENT = {
    *("cpu_period", "deploy", "healthcheck"),
    *("build", "dockerfile", "driver_opts", "extends", "image", "restart", "net", "network_mode"),
    *("networks", "expose", "scale", "attach", "container_name", "links", "profiles"),
}


@pytest.mark.parametrize("attribute", sorted(SAMPLES.keys() - SILENT))
def test_no_attribute_is_lost_in_silence(tmp_path: Path, attribute: str) -> None:
    (tmp_path / "a.env").write_text("A=b\n")
    (tmp_path / "mine").write_text("text\n")
    sections = "configs: {mine: {file: mine}}\nsecrets: {mine: {file: mine}}\nnetworks: {front: }\n"
    others = "  redis: {image: redis}\n  db: {image: postgres}\n"
    base = service("") + others + sections
    plain = run(tmp_path, base)
    result = run(tmp_path, service(f"{attribute}: {SAMPLES[attribute]}") + others + sections)

    if result.exit_code:
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"{tmp_path}/compose.yml:" in result.stderr
        assert attribute in result.stderr or SAMPLES[attribute].strip("[]'") in result.stderr
        assert "fix: " in result.stderr
    elif result.stderr == plain.stderr:
        pairs = itertools.zip_longest(result.stdout.splitlines(), plain.stdout.splitlines())
        assert [one for one, other in pairs if one != other and "compose.yml" not in str(one)]
    else:
        assert f"{tmp_path}/compose.yml:4: " in result.stderr
        assert "fix: " in result.stderr
