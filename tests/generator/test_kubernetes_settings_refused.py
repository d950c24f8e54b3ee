"""`dcgen kubernetes`: a setting that cannot be is refused with its line, or with its word."""

from pathlib import Path

import pytest

from tests.generator.cluster import run, service

WRONG = [
    pytest.param(
        "x-dcgen: storage", 4, "is not a mapping", "x-dcgen: {storage: 10Gi}", id="a word"
    ),
    pytest.param("x-dcgen: [storage]", 4, "is not a mapping", "storage", id="a list"),
    pytest.param("x-dcgen: {storag: 1Gi}", 4, "storag: 1Gi`", "did you mean 'storage'?", id="typo"),
    pytest.param(
        "x-dcgen:\n  hpa: {min: 1,\n    maximum: 2}", 6, "maximum", "'hpa.max'?", id="its own line"
    ),
    pytest.param("x-dcgen: {no: 1}", 4, "no: 1` of service 'web'", "name one of: ", id="unknown"),
    pytest.param("x-dcgen: {hpa: 3}", 4, "hpa: 3", "hpa.min, hpa.max, hpa.cpu", id="a group"),
    pytest.param("x-dcgen: {hpa: {}}", 4, "hpa", "hpa.min, hpa.max, hpa.cpu", id="empty group"),
    pytest.param("x-dcgen: {hpa: {max: {a: 1}}}", 4, "hpa.max.a", "'hpa.max'?", id="too deep"),
    pytest.param("x-dcgen: {hpa: {max: ten}}", 4, "a number of pods", "as 10", id="no number"),
    pytest.param("x-dcgen: {hpa: {max: }}", 4, "a number of pods", "as 10", id="nothing"),
    pytest.param("x-dcgen: {hpa: {max: [3]}}", 4, "a number of pods", "as 10", id="several"),
    pytest.param("x-dcgen: {hpa: {min: 0, max: 3}}", 4, "min: 0", "as 2", id="no pod"),
    pytest.param("x-dcgen: {hpa: {max: 3, cpu: 70%}}", 4, "cpu: 70%", "as 80", id="percent sign"),
    pytest.param("x-dcgen: {storage: 10K}", 4, "the size of a volume", "as 10Gi", id="no unit"),
    pytest.param("x-dcgen: {storage-class: A b}", 4, "storage class", "as fast", id="no name"),
    pytest.param("x-dcgen: {ingress: 'http://a'}", 4, "of a host", "as coins.example", id="a URL"),
    pytest.param("x-dcgen: {ingress: 192.0.2.1}", 4, "of a host", "as coins.example", id="an IP"),
    pytest.param("x-dcgen: {ingress: a..b}", 4, "of a host", "as coins.example", id="two dots"),
    pytest.param("x-dcgen: {pdb: {min-available: 101%}}", 4, "101%", "as 50%", id="too much"),
    pytest.param(
        "x-dcgen: {pdb: {min-available: 1, max-unavailable: 1}}", 4, "either", "out", id="both"
    ),
    pytest.param(
        "ports: ['53:53/udp']\nx-dcgen: {ingress: a.example}", 5, "no TCP", "expose", id="no port"
    ),
    pytest.param("x-dcgen: {ingress: {class: a}}", 4, "a host name", "ingress.host", id="no host"),
    pytest.param("x-dcgen: {node-port: 8080}", 4, "30000 to 32767", "as 30080", id="too low"),
    pytest.param("x-dcgen: {node-port: 30080}", 4, "publishes no ports", "number", id="none"),
    pytest.param(
        "ports: ['80:80', '443:443']\nx-dcgen: {node-port: 30080}", 5, "2 ports", "number", id="two"
    ),
    pytest.param(
        "ports: ['80:80']\nx-dcgen: {node-port: 30080, ingress: a.example}",
        5,
        "by its Ingress",
        "out of web",
        id="an Ingress, too",
    ),
    pytest.param("x-dcgen: {storage: 10Gi}", 4, "no volume with a name", "data", id="no volume"),
    pytest.param("x-dcgen: {hpa: {max: 3}}", 4, "it reserves none", "cpus", id="nothing reserved"),
    pytest.param("cpus: 1\nx-dcgen: {hpa: {max: 3}}", 5, "reserves none", "cpus", id="a limit"),
    pytest.param("x-dcgen: {hpa: {cpu: 50}}", 4, "most pods", "hpa.max", id="no end"),
    pytest.param("x-dcgen: {hpa: {min: 3, max: 2}}", 4, "3 pods at least", "hpa.min", id="turned"),
    pytest.param("scale: 3\nx-dcgen: {hpa: {max: 2}}", 5, "3 pods at least", "`3`", id="too few"),
    *(
        pytest.param(
            f"deploy: {{mode: {mode}}}\nports: ['80:80']\nx-dcgen: {{{setting}}}",
            6,
            f"web {what}",
            "out of web",
            id=f"{setting.split(':')[0]} of a {mode}",
        )
        for mode, setting, what in [
            ("global", "hpa: {max: 3}", "is a DaemonSet"),
            ("replicated-job", "hpa: {max: 3}", "is a Job"),
            ("global", "pdb: {max-unavailable: 1}", "is a DaemonSet"),
            ("replicated-job", "pdb: {max-unavailable: 1}", "is a Job"),
            ("replicated-job", "ingress: a.example", "runs once"),
        ]
    ),
]


@pytest.mark.parametrize(("body", "line", "what", "fix"), WRONG)
def test_a_wrong_setting_is_refused_with_its_line(
    tmp_path: Path, body: str, line: int, what: str, fix: str
) -> None:
    result = run(tmp_path, service(body))

    assert (result.exit_code, result.stdout) == (1, "")
    first, *rest = result.stderr.splitlines()
    assert first.startswith(f"{tmp_path}/compose.yml:{line}: `x-dcgen")
    assert what in first
    assert fix in "\n".join(rest).partition("fix: ")[2]


@pytest.mark.parametrize(
    ("word", "code", "what", "fix"),
    [
        ("web", 2, "is not SERVICE.KEY=VALUE", "web.storage=10Gi"),
        ("web.storage", 2, "is not SERVICE.KEY=VALUE", "web.storage=10Gi"),
        ("web.storage=", 2, "is not SERVICE.KEY=VALUE", "web.storage=10Gi"),
        ("storage=1Gi", 2, "is not SERVICE.KEY=VALUE", "web.storage=10Gi"),
        ("web.storag=1Gi", 2, "is not a setting", "did you mean 'storage'?"),
        ("web.hpa=3", 2, "is not a setting", "hpa.min, hpa.max, hpa.cpu"),
        ("web.hpa.max=x", 2, "is not a number of pods", "as 10"),
        ("wbe.storage=1Gi", 1, "no service named 'wbe'", "did you mean 'web'?"),
        ("web.storage=1Gi", 1, "no volume with a name", "volumes: [data:/data]"),
        ("web.hpa.max=3", 1, "it reserves none", "cpus"),
    ],
)
def test_a_wrong_word_is_refused(tmp_path: Path, word: str, code: int, what: str, fix: str) -> None:
    result = run(tmp_path, service(""), "--set", word)

    assert (result.exit_code, result.stdout) == (code, "")
    assert f"`--set {word}`" in result.stderr
    assert what in result.stderr
    assert fix in result.stderr.partition("fix: ")[2]


def test_what_is_below_is_said_by_the_file_that_says_it(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text(service("x-dcgen: {storage: 1K}"))
    text = "services:\n  web:\n    extends: {file: base.yml, service: web}\n"

    result = run(tmp_path, text)

    assert result.exit_code == 1
    assert "base.yml:4: `x-dcgen.storage: 1K` of service 'web'" in result.stderr


def test_a_port_of_each_node_is_for_one_service(tmp_path: Path) -> None:
    text = service("ports: ['80:80']") + "  other: {image: nginx, ports: ['30080:80']}\n"
    result = run(tmp_path, text, "--set", "web.node-port=30080")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "other is published on that port of each node, too" in result.stderr


def test_a_port_of_each_node_is_for_services_of_that_type(tmp_path: Path) -> None:
    options = ("--set", "web.node-port=30080", "--publish", "none")
    result = run(tmp_path, service("ports: ['80:80']"), *options)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "leave out `--publish`" in result.stderr
