"""Which subnet a lab takes, and the names it gives."""

import ipaddress
import shutil

import pytest

from tests.lab import network

needs_ip = pytest.mark.skipif(not shutil.which("ip"), reason="no `ip` on PATH (iproute2)")


@needs_ip
def test_a_second_lab_takes_another_subnet_than_the_first() -> None:
    first = network.free_subnet([])
    second = network.free_subnet([first])

    assert not ipaddress.ip_network(first).overlaps(ipaddress.ip_network(second))


@needs_ip
def test_the_subnet_is_one_that_is_set_aside_for_tests() -> None:
    chosen = ipaddress.IPv4Network(network.free_subnet([]))

    assert chosen.subnet_of(network.SUBNETS)


def test_hosts_and_this_machine_have_different_addresses() -> None:
    hosts = [network.host_address("198.18.7.0/24", index) for index in range(20)]

    assert len({network.our_address("198.18.7.0/24"), *hosts}) == 21


def test_the_name_of_the_link_fits_the_kernels_15_characters() -> None:
    assert len(network.link("ab12")) <= 15
