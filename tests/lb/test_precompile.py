"""What is rendered is what the templates say, though Jinja2 is not asked when it is."""

import subprocess
import sys
from pathlib import Path
from typing import get_args

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lb import precompile
from lb.model import (
    HEALTH_PATH,
    Address,
    Check,
    Configuration,
    Control,
    Names,
    Options,
    Proxy,
    Server,
    Step,
    Timeouts,
)
from lb.options import Balance, Log, Mode
from lb.quoting import Quoted, duration, quoted, word
from lb.render import HEADER, render

TEMPLATES = Path(precompile.__file__).with_name("templates")


def by_jinja(configuration: Configuration) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=word,
    )
    environment.filters |= {"duration": duration, "quoted": quoted}
    template = environment.get_template("haproxy.cfg.j2")
    return template.render(
        configuration=configuration,
        options=configuration.options,
        timeouts=configuration.timeouts,
        header=Quoted(HEADER),
        health_path=HEALTH_PATH,
    )


seconds = st.sampled_from([0.5, 1, 2, 60])
hosts = st.sampled_from(["rng1", "db.example", "192.0.2.7", "2001:db8::1"])
steps = st.one_of(
    st.builds(Step, send=st.sampled_from(["PING\r\n", 'a "b" $c', b"\x00\xff"])),
    st.builds(Step, expect=st.just("PONG"), at_least=st.integers(1, 9)),
)
checks = st.builds(
    Check,
    steps=st.lists(steps, max_size=3).map(tuple),
    http_path=st.none() | st.just("/health?full=1"),
    every_s=seconds,
    fall=st.integers(1, 5),
)
servers = st.builds(
    Server, st.sampled_from(["a", "b"]), st.builds(Address, hosts, st.just(80)), st.booleans()
)
proxies = st.builds(
    Proxy,
    name=st.sampled_from(["rng-80", "redis"]),
    bind=st.sampled_from([":80", ":8405"]),
    servers=st.lists(servers, min_size=1, max_size=3).map(tuple),
    check=st.none() | checks,
    failover=st.booleans(),
    slots=st.sampled_from([0, 0, 5]),
)
options = st.builds(
    Options,
    mode=st.sampled_from(get_args(Mode)),
    balance=st.sampled_from(get_args(Balance)),
    sticky=st.booleans(),
    server_maxconn=st.none() | st.just(1),
    timeout_server=st.none() | seconds,
    stats=st.none() | st.just("8404"),
    log=st.sampled_from(get_args(Log)),
)
configurations = st.builds(
    Configuration,
    proxies=st.lists(proxies, min_size=1, max_size=2).map(tuple),
    options=options,
    names=st.sampled_from(get_args(Names)),
    timeouts=st.builds(Timeouts, tunnel=st.none() | seconds),
    control=st.builds(Control, st.none() | st.just(8405), st.none() | st.just("/run/h.sock")),
)


@settings(deadline=None)  # the machine may be busy
@given(configurations)
def test_python_says_what_the_templates_say(configuration: Configuration) -> None:
    assert render(configuration) == by_jinja(configuration)


def test_python_is_made_from_the_templates_as_they_are() -> None:
    assert precompile.TARGET.read_text() == precompile.compiled(), "run: python -m lb.precompile"


def test_what_no_template_used_so_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        precompile, "_parse", lambda _: jinja2.Environment().parse("{% set a = 1 %}")
    )

    with pytest.raises(NotImplementedError, match="Assign in a template, line 1"):
        precompile.compiled()


def test_rendering_does_without_jinja() -> None:
    code = "import sys, lb.render; sys.exit('jinja2' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
