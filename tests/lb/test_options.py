"""The options' spelling in a label, and what no option accepts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import UserError
from lb.options import UNCHOSEN, ChosenOptions, Options, PortOptions, by_port

SECONDS = st.none() | st.integers(1, 86400) | st.floats(0.001, 86400).map(lambda s: round(s, 3))
COUNTS = st.integers(1, 100_000)
PATHS = st.none() | st.from_regex(r"/[a-z=/?&.-]{0,9}", fullmatch=True)
BY_PORT = st.dictionaries(
    st.integers(1, 65535),
    st.builds(
        PortOptions,
        mode=st.sampled_from([None, "tcp", "http", "h2c"]),
        server_maxconn=st.none() | COUNTS,
        health_path=PATHS,
        proxy_protocol=st.sampled_from([None, True, False]),
    ),
    max_size=3,
).map(by_port)
OPTIONS = st.builds(
    Options,
    mode=st.sampled_from(["tcp", "http", "h2c"]),
    by_port=BY_PORT,
    balance=st.sampled_from(["leastconn", "roundrobin", "random", "source", "first"]),
    sticky=st.booleans(),
    retry=st.booleans(),
    proxy_protocol=st.booleans(),
    bufsize=st.none() | st.integers(4096, 1_048_576),
    server_maxconn=st.none() | COUNTS,
    health_path=PATHS,
    timeout_connect=SECONDS,
    timeout_client=SECONDS,
    timeout_server=SECONDS,
    timeout_queue=SECONDS,
    timeout_tunnel=SECONDS,
    maxconn=COUNTS,
    threads=st.integers(1, 64),
    log=st.sampled_from(["errors", "access"]),
)
CHOSEN = st.builds(
    ChosenOptions,
    mode=st.sampled_from([None, "tcp", "http"]),
    by_port=BY_PORT,
    sticky=st.sampled_from([None, True, False]),
    threads=st.none() | st.integers(1, 64),
    timeout_server=SECONDS,
)


@given(OPTIONS)
def test_words_read_back_as_the_same_options(options: Options) -> None:
    assert Options.parse(options.words()) == options
    assert ChosenOptions.parse(options.words()).complete() == options


def test_defaults_have_no_words() -> None:
    assert Options().words() == ""
    assert Options.parse("") == Options()


@pytest.mark.parametrize(
    ("former", "later", "words"),
    [
        pytest.param("", "", "", id="nothing"),
        pytest.param("mode=http", "", "mode=http", id="what was chosen before stays"),
        pytest.param("sticky=yes", "sticky=no", "", id="a later no beats a former yes"),
        pytest.param("mode=http", "mode=tcp threads=4", "threads=4", id="a default can be chosen"),
        pytest.param("", "sticky=yes", "mode=http sticky=yes", id="a cookie needs HTTP"),
        pytest.param("mode=tcp", "sticky=yes", "mode=tcp sticky=yes", id="told otherwise"),
        pytest.param("", "mode=http retry=no", "mode=http retry=no", id="no retries"),
        pytest.param("mode:80=http", "mode:22=tcp", "mode:22=tcp mode:80=http", id="other port"),
        pytest.param("mode:80=http", "mode:80=h2c", "mode:80=h2c", id="the same port"),
        pytest.param("mode:80=http", "mode=h2c", "mode=h2c", id="all ports beat one"),
        pytest.param(
            "mode:80=http server-maxconn:80=2", "mode=tcp", "server-maxconn:80=2", id="one of two"
        ),
        pytest.param("stats=8404", "stats-secret=pw", "stats=8404 stats-secret=pw", id="together"),
    ],
)
def test_later_choices_beat_former_ones(former: str, later: str, words: str) -> None:
    merged = ChosenOptions.parse(later).over(ChosenOptions.parse(former))

    assert merged.complete().words() == words


@given(CHOSEN, CHOSEN, CHOSEN)
def test_choices_can_be_merged_in_any_grouping(
    one: ChosenOptions, two: ChosenOptions, three: ChosenOptions
) -> None:
    assert three.over(two).over(one) == three.over(two.over(one))
    assert one.over(UNCHOSEN) == UNCHOSEN.over(one) == one


def test_what_belongs_together_is_checked_after_the_merge() -> None:
    secret = ChosenOptions(stats_secret="pw")

    assert secret.over(ChosenOptions(stats="8404")).complete().stats_secret == "pw"
    with pytest.raises(UserError, match="there is no statistics page"):
        secret.complete()


def test_words_come_in_one_order() -> None:
    words = "mode=http balance=roundrobin timeout-server=0.5"

    assert Options.parse("timeout-server=0.5 balance=roundrobin mode=http").words() == words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param("mod=http", "did you mean 'mode'", id="near name"),
        pytest.param("colour=red", "use one of mode, balance", id="unknown name"),
        pytest.param("mode", "'' is not a value of mode", id="no value"),
        pytest.param("mod:80=http", "did you mean 'mode'", id="near name of a port"),
        pytest.param("mode:80=udp", "'udp' is not a value of mode", id="mode of a port"),
        pytest.param("mode:0=tcp", "'0' is not a port", id="no port"),
        pytest.param("by-port=80", "no option named 'by-port'", id="no word"),
        pytest.param("mode=udp", "'udp' is not a value of mode", id="unknown mode"),
        pytest.param("balance=weird", "'weird' is not a value of balance", id="unknown balance"),
        pytest.param("sticky=maybe", "'maybe' is not a value of sticky", id="not yes or no"),
        pytest.param("maxconn=many", "'many' is not a value of maxconn", id="not a number"),
        pytest.param("server-maxconn=0", "'0' is not a value of server-maxconn", id="too small"),
        pytest.param("threads=65", "'65' is not a value of threads", id="too many"),
        pytest.param("timeout-server=0", "is not a value of timeout-server", id="no time at all"),
        pytest.param("timeout-server=nan", "is not a value of timeout-server", id="not a time"),
        pytest.param("timeout-server=1e9", "is not a value of timeout-server", id="too long"),
        pytest.param("bufsize=1024", "is not a value of bufsize", id="too small a buffer"),
        pytest.param("maxhdr=0", "is not a value of maxhdr", id="no header line"),
        pytest.param("health-path=healthz", "is not a value of health-path", id="no slash"),
        pytest.param("health-path=/$x", "is not a value of health-path", id="variable"),
    ],
)
def test_word_that_is_no_option_is_refused(words: str, message: str) -> None:
    with pytest.raises(UserError) as refusal:
        Options.parse(words)

    assert message in str(refusal.value)


@pytest.mark.parametrize("path", ["/a b", "/a\nb", '/"', "/#", "/a\\b", "/ä", "/a\n"])
def test_health_path_cannot_carry_a_directive(path: str) -> None:
    with pytest.raises(UserError):
        Options(health_path=path)
