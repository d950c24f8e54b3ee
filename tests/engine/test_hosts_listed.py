"""Which Docker hosts a person names: on the command line, in a file, in DCGEN_HOSTS."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.hosts import Host, contexts, listed
from engine.hosts.names import parse
from faults import HostError, UsageError, UserError

Put = Callable[[str, str], None]
CONTEXTS = "print('default\\tunix:///var/run/docker.sock')\nprint('node1 *\\tssh://ops@192.0.2.11')"


@pytest.mark.parametrize(
    "text",
    [
        "ssh://node1",
        "ssh://ops@node1.example:2222",
        "ssh://ops@[2001:db8::7]",
        "ssh://node1/run/user/1000/docker.sock",
        "tcp://192.0.2.7:2375",
        "tcp://[::1]:2376",
        "unix:///run/docker.sock",
    ],
)
def test_an_address_is_a_host(text: str) -> None:
    host = parse(text)

    assert (host.address, host.context, str(host)) == (text, "", text)


def test_a_word_is_the_name_of_a_context() -> None:
    assert parse("node1") == Host(context="node1", name="node1")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param("-oProxyCommand=id", "is not a Docker host", id="an option"),
        pytest.param("ssh://-oProxyCommand=id", "neither a name nor an address", id="one of ssh"),
        pytest.param("ssh://-l@node1", "its user is not a name", id="one of ssh as the user"),
        pytest.param("ssh://ops:secret@node1", "it has a password", id="a password"),
        pytest.param("ssh://node 1", "a space or a control character", id="a space"),
        pytest.param("ssh://node1\x1b[2J", "a space or a control character", id="a control"),
        pytest.param("ssh://", "neither a name nor an address", id="no host"),
        pytest.param("shs://node1", "there is no 'shs://'", id="an unknown scheme"),
        pytest.param("tcp://node1", "its port is missing", id="no port"),
        pytest.param("tcp://node1:http", "port could not be cast", id="a port that is no number"),
        pytest.param("tcp://node1:70000", "port out of range", id="a port that is too high"),
        pytest.param("unix://run/docker.sock", "a path is absolute", id="a relative socket"),
        pytest.param("ssh://[::1", "is not a Docker host", id="a bracket that is open"),
    ],
)
def test_what_is_no_host_is_refused(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what.replace("(", r"\(")) as caught:
        parse(text)

    assert "secret" not in str(caught.value)


def test_a_file_has_one_host_a_line(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text(
        "# ours\n\nnode1  # the first\n ssh://ops@192.0.2.12\ntcp://192.0.2.13:2376\r\n"
    )

    assert [str(host) for host in listed.read(file).hosts] == [
        "node1",
        "ssh://ops@192.0.2.12",
        "tcp://192.0.2.13:2376",
    ]


YAML = """\
hosts:
  node1: ssh://ops@192.0.2.11
  node2: {address: "tcp://192.0.2.12:2376", labels: {zone: b}}
  node3: {address: a-context, labels: {zone: b}}
groups:
  edge: [node1, node3]
"""


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["node2"], ["node2"], id="a host"),
        pytest.param(["tcp://192.0.2.12:2376"], ["node2"], id="an address"),
        pytest.param(["edge"], ["node1", "node3"], id="a group"),
        pytest.param(["zone=b"], ["node2", "node3"], id="a label"),
        pytest.param(["edge", "zone=b"], ["node1", "node2", "node3"], id="both, each host once"),
    ],
)
def test_hosts_are_chosen_from_yaml(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    file = tmp_path / "hosts.yml"
    file.write_text(YAML)
    found = listed.read(file)

    assert [str(host) for host in found.chosen(names).hosts] == expected
    assert [host.address for host in found.hosts][:2] == [
        "ssh://ops@192.0.2.11",
        "tcp://192.0.2.12:2376",
    ]
    with pytest.raises(
        UsageError, match="the list of hosts has no 'nod2'\nfix: did you mean 'node2'"
    ):
        found.chosen(["nod2"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param("a", "node1\nnode2 node3\n", "a:2: 'node2 node3' is more", id="two words"),
        pytest.param("a", "x1\n\nx1\n", "a:3: 'x1' is the same host as 'x1' in line 1", id="twice"),
        pytest.param("a", "# none\n", "a: it lists no host", id="none"),
        pytest.param("a", "ssh://-x\n", "a:1: 'ssh://-x' is not a Docker host", id="no host"),
        pytest.param("a.yml", "", "a.yml: the list of hosts is not a mapping", id="empty"),
        pytest.param("a.yml", "hosts:\n", "a.yml:1: 'hosts' is not a mapping", id="no hosts"),
        pytest.param(
            "a.yml",
            "hosts:\n  n1: ssh://x\ngroups:\n  g:\n\n# end\n",
            "a.yml:4: group 'g' is not a list",
            id="a group without a value",
        ),
        pytest.param("a.yml", "hosts:\n  n1: [x]\n", "a.yml:2: the address of 'n1'", id="a list"),
        pytest.param("a.yml", "host: {}\n", "a.yml:1: the list of hosts has no key", id="a key"),
        pytest.param("a.yml", "hosts:\n  n1: {}\n", "a.yml:2: host 'n1' has no address", id="bare"),
        pytest.param(
            "a.yml",
            "hosts:\n  n1: ssh://x\n  n2: ssh://x\n",
            "a.yml:3: 'n2' is the same host as 'n1' in line 2",
            id="one address of two",
        ),
        pytest.param(
            "a.yml",
            "hosts: {n1: ssh://x}\ngroups:\n  g:\n  - n2\n",
            "a.yml:4: group 'g' has 'n2', which is not among the hosts",
            id="a group with a stranger",
        ),
        pytest.param(
            "a.yml",
            "hosts: {n1: ssh://x}\ngroups: {n1: []}\n",
            "a.yml:2: 'n1' is a host and a group",
            id="a name for two",
        ),
        pytest.param(
            "a.yml",
            "hosts: {n1: a1}\nhosts: {}\n",
            "a.yml:2: key 'hosts' stands there twice",
            id="a repeated key",
        ),
    ],
)
def test_a_wrong_list_is_told_by_its_line(
    name: str, text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    with pytest.raises(UserError) as caught:
        listed.read(Path(name))

    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 1


def test_a_group_without_hosts_is_told_as_that(tmp_path: Path) -> None:
    file = tmp_path / "hosts.yml"
    file.write_text("hosts: {n1: ssh://x}\ngroups: {g: []}\n")

    with pytest.raises(UsageError) as caught:
        listed.read(file).chosen(["g"])
    assert str(caught.value) == (
        "group 'g' of the list has no hosts\nfix: write its hosts: `g: [n1]`"
    )


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot read the list of hosts: No such file"):
        listed.read(tmp_path / "none")


def test_a_context_gets_its_address(put: Put) -> None:
    put("docker", CONTEXTS)
    (found,) = contexts.with_addresses({parse("node1"): None})

    assert found.address == "ssh://ops@192.0.2.11"
    assert found.is_remote
    assert found.environment()["DOCKER_CONTEXT"] == "node1"


def test_a_context_is_reached_without_what_belongs_to_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.99:2375")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    there = Host("ssh://node1", name="node1", context="node1").environment()

    assert "DOCKER_HOST" not in there
    assert "DOCKER_TLS_VERIFY" not in there


def test_a_context_that_is_not_there_is_told(put: Put) -> None:
    put("docker", CONTEXTS)
    with pytest.raises(UsageError, match="there is no Docker context 'nod1'\nfix: did you mean"):
        contexts.with_addresses({parse("nod1"): None})


@pytest.fixture
def chosen(tmp_path: Path, put: Put, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    put("docker", CONTEXTS + "\nprint('desktop\\tunix:///run/user/1000/docker.sock')")

    def choose(config: str) -> None:
        (tmp_path / "config.json").write_text(config)

    return choose


@pytest.mark.parametrize(
    ("config", "variables", "expected"),
    [
        pytest.param('{"currentContext": "node1"}', {}, "node1", id="the one that was chosen"),
        pytest.param("{}", {"DOCKER_CONTEXT": "node1"}, "node1", id="that of the environment"),
        pytest.param('{"currentContext": "desktop"}', {}, "", id="one of this machine"),
        pytest.param('{"currentContext": "node9"}', {}, "", id="one that is gone"),
        pytest.param('{"currentContext": "default"}', {}, "", id="the default one"),
        pytest.param('{"currentContext": "node1"}', {"DOCKER_HOST": "tcp://x:1"}, "", id="a host"),
        pytest.param("[", {}, "", id="what is not JSON"),
        pytest.param("[]", {}, "", id="what is no object"),
    ],
)
def test_the_default_host_is_that_of_the_current_context_if_it_is_far(
    config: str,
    variables: dict[str, str],
    expected: str,
    chosen: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen(config)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = contexts.default()

    assert found.context == expected
    assert found.address == ("ssh://ops@192.0.2.11" if expected else None)
