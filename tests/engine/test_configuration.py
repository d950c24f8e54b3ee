"""The configuration that a variant gives to its balancer, by each way that it can get there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.live.configuration import configuration
from engine.variant import Variant
from faults import UserError


def test_an_inline_configuration_has_its_dollars_back(variant: Callable[[str], Variant]) -> None:
    found = variant(
        "services:\n  rng:\n    image: haproxy\n"
        "    configs: [{source: rng-haproxy, target: /haproxy.cfg}]\n"
        'configs:\n  rng-haproxy:\n    content: |\n      password "$${PASSWORD}"\n'
    )

    assert configuration(found, found.services["rng"]) == 'password "${PASSWORD}"\n'


def test_a_file_beside_the_variant_is_read(
    variant: Callable[[str], Variant], tmp_path: Path
) -> None:
    (tmp_path / "rng.haproxy.cfg").write_text("global\n")
    volume = "./rng.haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"
    found = variant(f"services:\n  rng:\n    image: haproxy\n    volumes: ['{volume}']\n")

    assert configuration(found, found.services["rng"]) == "global\n"


def test_the_v1_format_has_it_in_a_variable(variant: Callable[[str], Variant]) -> None:
    found = variant("rng:\n  image: haproxy\n  environment: {HAPROXY_CONFIG: global}\n")

    assert configuration(found, found.services["rng"]) == "global"


def test_a_provider_makes_its_own(variant: Callable[[str], Variant]) -> None:
    found = variant(
        "services:\n  rng:\n    image: rng\n    provider: {type: dcgen, options: {replicas: 3}}\n"
    )

    with pytest.raises(UserError, match=r"compose.yml:4: .* comes from its provider") as refused:
        configuration(found, found.services["rng"])
    assert "docker compose up -d" in refused.value.fix


def test_arguments_are_no_configuration(variant: Callable[[str], Variant]) -> None:
    found = variant("rng:\n  image: jpetazzo/hamba\n  command: 80 rng1:80\n")

    with pytest.raises(UserError, match="only arguments"):
        configuration(found, found.services["rng"])
