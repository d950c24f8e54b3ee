"""What a machine lacks for a lab, and who says so."""

import pytest

from faults import HostError
from tests.lab import access, packages


def test_a_machine_without_the_programs_is_told_which_packages_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")

    assert packages.missing()[:2] == ["docker.io", "docker-compose"]


def test_without_root_the_error_says_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(HostError) as refusal:
        access.require()

    assert refusal.value.fix == "run this as root on Linux"


def test_the_cache_can_be_put_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCGEN_LAB_CACHE", "/somewhere")

    assert str(packages.cache()) == "/somewhere"
