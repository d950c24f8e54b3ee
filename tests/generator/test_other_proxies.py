"""Settings of another proxy move to the balancer whole, are translated, or are refused."""

from pathlib import Path

import pytest

from faults import UserError
from lb.options import ChosenOptions
from tests.generator.compose import ambassador, balanced, scale

WEB = "image: app\nexpose: ['3000']\n"


def environment(body: str, folder: Path | None = None, **files: str) -> dict[str, str | None]:
    """Return the variables of the balancer of ``rng`` with *body*; *files* are `.env` files."""
    made = scale(balanced(body), **_beside(folder, files))
    found: dict[str, str | None] = made.value("rng", "environment") or {}
    return found


def _beside(folder: Path | None, files: dict[str, str]) -> dict[str, object]:
    texts = {f"{name}.env": text for name, text in files.items()}
    return {"folder": folder, "files": texts} if folder else {}


HOW = [
    ("NETWORK_ACCESS", "internal"),
    ("CERT_NAME", "shared"),
    ("HSTS", "max-age=31536000"),
    ("SSL_POLICY", "Mozilla-Modern"),
    ("SERVER_TOKENS", "off"),
    ("NON_GET_REDIRECT", "308"),
    ("TRUST_DEFAULT_CERT", "false"),
    ("ENABLE_HTTP_ON_MISSING_CERT", "false"),
]


@pytest.mark.parametrize(("name", "value"), HOW)
@pytest.mark.parametrize("style", ["mapping", "list"])
def test_how_a_host_is_served_goes_with_it(name: str, value: str, style: str) -> None:
    pairs = {"VIRTUAL_HOST": "a.example", name: value, "LEVEL": "debug"}
    line = (
        ", ".join(f"{key}: '{text}'" for key, text in pairs.items())
        if style == "mapping"
        else ", ".join(f"'{key}={text}'" for key, text in pairs.items())
    )
    body = (
        f"{WEB}environment: {{{line}}}\n" if style == "mapping" else f"{WEB}environment: [{line}]\n"
    )

    assert environment(body) == {"VIRTUAL_HOST": "a.example", name: value}
    assert ambassador(balanced(body), "rng").value("rng", "environment") == {
        "VIRTUAL_HOST": "a.example",
        name: value,
    }


def test_application_keeps_its_variable_of_the_same_name() -> None:
    made = scale(balanced(f"{WEB}environment: {{VIRTUAL_HOST: a.example, HSTS: 'off'}}\n"))

    assert made.value("rng1", "environment") == {"HSTS": "off"}


@pytest.mark.parametrize("name", [name for name, _ in HOW])
def test_without_a_host_it_is_the_applications_own(name: str) -> None:
    assert environment(f"{WEB}environment: {{{name}: a}}\n") == {}


def test_variable_without_a_value_stays_without_one() -> None:
    body = f"{WEB}environment: [VIRTUAL_HOST, NETWORK_ACCESS]\n"

    assert environment(body) == {"VIRTUAL_HOST": None, "NETWORK_ACCESS": None}


def test_scaled_again_it_keeps_all() -> None:
    body = f"{WEB}environment: {{VIRTUAL_HOST: a.example, NETWORK_ACCESS: internal}}\n"
    made = scale(balanced(body))

    again = scale(made.variant.text, n=3)

    assert again.value("rng", "environment") == made.value("rng", "environment")


LABELS = [
    "com.github.nginx-proxy.nginx-proxy.ssl_verify_client",
    "com.github.nginx-proxy.nginx-proxy.keepalive",
    "com.df.serviceDomain",
    "easyhaproxy.http.host",
    "swag",
    "swag_url",
]


@pytest.mark.parametrize("label", LABELS)
def test_labels_of_more_proxies_move(label: str) -> None:
    made = scale(balanced(f"{WEB}labels: {{{label}: 'on'}}\n"))

    assert made.labels("rng") == {label: "on"}
    assert made.labels("rng1") == {}


@pytest.mark.parametrize("label", ["swagger.path", "com.github.team", "hsts"])
def test_labels_of_no_proxy_stay(label: str) -> None:
    made = scale(balanced(f"{WEB}labels: {{{label}: 'on'}}\n"))

    assert made.labels("rng") == {}
    assert made.labels("rng1") == {label: "on"}


FILES = [
    pytest.param("env_file: web.env", id="one"),
    pytest.param("env_file: [none.env, web.env]", id="several"),
    pytest.param("env_file: [{path: web.env, required: false}]", id="the long form"),
    pytest.param("env_file: ${WHERE:-web.env}", id="a variable"),
]


@pytest.mark.parametrize("line", FILES)
def test_what_stands_in_a_file_is_read(line: str, tmp_path: Path) -> None:
    (tmp_path / "none.env").touch()
    body = f"{WEB}{line}\nenvironment: {{VIRTUAL_HOST: a.example, HSTS: 'off'}}\n"
    text = "NETWORK_ACCESS=internal\nVIRTUAL_PORT=3000\nHSTS=on\nDB_PASSWORD=geheim\nDOLLAR=a$$b\n"

    assert environment(body, tmp_path, web=text) == {
        "NETWORK_ACCESS": "internal",
        "VIRTUAL_PORT": "3000",
        "VIRTUAL_HOST": "a.example",
        "HSTS": "off",
    }


@pytest.mark.parametrize("name", ["VIRTUAL_HOST", "VIRTUAL_HOST_MULTIPORTS", "LETSENCRYPT_HOST"])
def test_file_that_leads_past_the_balancer_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        environment(f"{WEB}env_file: web.env\n", tmp_path, web=f"{name}=a.example\n")

    assert caught.value.what == (
        f"`{name}` in `env_file` of 'rng' would lead another proxy to each replica, past the"
        " balancer"
    )
    assert caught.value.fix.startswith("move it to `environment`, or give `--no-balancer`")
    assert str(caught.value.where) == "compose.yml:8"


def test_ambassador_takes_the_host_out_of_a_file(tmp_path: Path) -> None:
    how = _beside(tmp_path, {"web": "VIRTUAL_HOST=a.example\nDB_PASSWORD=geheim\n"})

    made = ambassador(balanced(f"{WEB}env_file: web.env\n"), "rng", **how)

    assert made.value("rng", "environment") == {"VIRTUAL_HOST": "a.example"}
    assert "geheim" not in made.text


def test_file_of_labels_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "web.labels").write_text("traefik.enable=true\n")

    with pytest.raises(UserError, match=r"`traefik.enable` in `label_file` of 'rng'"):
        scale(balanced(f"{WEB}label_file: web.labels\n"), folder=tmp_path)


def test_secret_in_a_file_is_not_copied(tmp_path: Path) -> None:
    body = f"{WEB}env_file: web.env\nenvironment: {{VIRTUAL_HOST: a.example}}\n"
    made = dict(_beside(tmp_path, {"web": "ACME_EAB_HMAC_KEY=geheim\n"}))

    with pytest.raises(UserError) as caught:
        ambassador(balanced(body), "rng", **made)

    assert "may be a secret" in caught.value.what
    assert "geheim" not in f"{caught.value.what}{caught.value.fix}"


def traefik(*lines: str) -> str:
    labels = "".join(f"  traefik.http.services.a.loadbalancer.{line}\n" for line in lines)
    return f"{WEB}labels:\n{labels}"


TRANSLATED = [
    pytest.param(["sticky.cookie: 'true'"], "mode=http sticky=yes", id="sticky"),
    pytest.param(["sticky: 'true'"], "mode=http sticky=yes", id="sticky of version 2"),
    pytest.param(["sticky.cookie.name: a"], "mode=http sticky=yes", id="with a name"),
    pytest.param(["sticky.cookie: 'false'"], "", id="not sticky"),
    pytest.param(
        [
            "healthcheck.path: /ok",
            "healthcheck.interval: 10s",
            "healthcheck.timeout: 500ms",
            "healthcheck.hostname: a.example",
            "healthcheck.port: '3000'",
        ],
        "health-path=/ok health-host=a.example health-port=3000 health-interval=10"
        " health-timeout=0.5",
        id="health check",
    ),
    pytest.param(
        ["healthcheck.path: /ok", "healthcheck.interval: 1m30s"],
        "health-path=/ok health-interval=90",
        id="minutes",
    ),
    pytest.param(["healthcheck.interval: 10s"], "", id="an interval of nothing"),
    pytest.param(["server.port: '3000'"], "", id="the port"),
]


@pytest.mark.parametrize(("lines", "options"), TRANSLATED)
def test_what_traefik_does_for_several_servers_is_the_balancers(lines, options: str) -> None:
    made = scale(balanced(traefik(*lines)))

    assert made.value("rng", "labels").get("dcgen.options", "") == options
    assert any("is the balancer's now" in one for one in made.warnings) is bool(options)


def test_h2c_of_traefik_is_the_balancers() -> None:
    made = scale(balanced(traefik("server.scheme: h2c")))

    assert made.value("rng", "labels")["dcgen.options"] == "mode:3000=h2c"


def test_what_is_chosen_beats_what_a_label_asks_for() -> None:
    body = traefik("sticky.cookie: 'true'", "healthcheck.path: /ok")
    made = scale(balanced(body), options=ChosenOptions(sticky=False, health_path="/mine"))

    assert made.value("rng", "labels")["dcgen.options"] == "health-path=/mine"
    again = scale(made.variant.text, n=3)
    assert again.value("rng", "labels")["dcgen.options"] == "health-path=/mine"


def test_label_that_cannot_be_translated_is_refused() -> None:
    with pytest.raises(UserError, match=r"a label of 'rng' for Traefik cannot be HAProxy's"):
        scale(balanced(traefik("healthcheck.path: '/a b'")))


SAID = [
    ("com.github.nginx-proxy.nginx-proxy.loadbalance: ip_hash", "give `--balance`"),
    ("caddy.reverse_proxy.lb_policy: cookie", "give `--balance`, or `--sticky` for `cookie`"),
    ("caddy.reverse_proxy.health_uri: /ok", "give `--health-path`"),
    ("traefik.http.services.a.loadbalancer.healthcheck.mode: grpc", "choose the balancer's own"),
]


@pytest.mark.parametrize(("line", "fix"), SAID)
def test_what_has_no_translation_is_said(line: str, fix: str) -> None:
    made = scale(balanced(f"{WEB}labels:\n  {line}\n"))
    label = line.partition(":")[0]

    (found,) = [one for one in made.variant.warnings if label in one.what]
    assert "is for several servers" in found.what
    assert found.fix.startswith(fix)


PORTS = [
    pytest.param(
        "labels: {traefik.http.services.a.loadbalancer.server.port: '3000'}", id="Traefik"
    ),
    pytest.param("environment: {VIRTUAL_HOST: a.example, VIRTUAL_PORT: '3000'}", id="nginx-proxy"),
    pytest.param(
        "deploy: {labels: {traefik.http.services.a.loadbalancer.server.port: '3000'}}",
        id="in deploy",
    ),
]


@pytest.mark.parametrize("line", PORTS)
def test_port_that_another_proxy_is_told_is_balanced(line: str) -> None:
    made = scale(balanced(f"image: app\n{line}\n"))

    assert made.value("rng", "labels")["dcgen.balances"] == "rng1:3000 rng2:3000"
    assert made.value("rng", "expose") == ["3000"]
