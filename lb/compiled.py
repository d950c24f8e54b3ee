"""The templates as Python, made by ``python -m lb.precompile``: change them, not this."""
# ruff: noqa: C901, E501, PLR0912, PLR0915 - as long and as branched as the templates

from collections.abc import Iterator

from lb.model import Configuration, Options, Timeouts
from lb.quoting import Quoted, duration, quoted, word


def lines(
    configuration: Configuration,
    options: Options,
    timeouts: Timeouts,
    *,
    header: Quoted,
    health_path: str,
) -> Iterator[str]:
    """Yield the text of *configuration*, piece by piece."""
    yield word(header)
    yield "\n"
    yield "\n"
    yield "global\n"
    yield "    log stdout format raw local0 info\n"
    yield "    # Room for maxconn below. HAProxy would take all that `ulimit -n` allows, 2^30 on some hosts;\n"
    yield "    # a lower ulimit lowers maxconn. A global maxconn would refuse to start there.\n"
    yield "    fd-hard-limit "
    yield word(options.maxconn * 2 + 1000)
    yield "\n"
    yield "    # A container's CPU quota is not visible from inside: without this, a thread per core.\n"
    yield "    .if version_atleast(2.8)\n"
    yield "    thread-hard-limit "
    yield word(options.threads)
    yield "\n"
    yield "    .else\n"
    yield "    nbthread "
    yield word(options.threads)
    yield "\n"
    yield "    .endif\n"
    yield "    # Idle clients must not outlast the grace period of `docker stop`.\n"
    yield "    hard-stop-after "
    yield word(duration(configuration.hard_stop_s))
    yield "\n"
    if configuration.control.socket:
        yield "    stats socket "
        yield word(configuration.control.socket)
        yield " mode 600 level admin\n"
    yield "\n"
    yield "defaults\n"
    yield "    mode "
    yield word(options.mode)
    yield "\n"
    yield "    log global\n"
    yield "    option "
    yield word(options.mode)
    yield "log\n"
    yield "    option dontlognull\n"
    if options.log == "errors":
        yield "    # Only what went wrong is logged.\n"
        yield "    option dontlog-normal\n"
    yield "    maxconn "
    yield word(options.maxconn)
    yield "\n"
    yield "    # A server that does not answer costs no request: the next attempt goes to another one.\n"
    yield "    retries "
    yield word(configuration.retries)
    yield "\n"
    yield "    option redispatch 1\n"
    yield "    timeout connect "
    yield word(duration(timeouts.connect))
    yield "\n"
    yield "    timeout client "
    yield word(duration(timeouts.client))
    yield "\n"
    yield "    timeout server "
    yield word(duration(timeouts.server))
    yield "\n"
    yield "    timeout queue "
    yield word(duration(timeouts.queue))
    yield "\n"
    if timeouts.tunnel:
        if options.mode == "tcp":
            yield "    # Connections may be idle this long; once they are open, this replaces client and server above.\n"
        else:
            yield "    # WebSockets may be idle this long.\n"
        yield "    timeout tunnel "
        yield word(duration(timeouts.tunnel))
        yield "\n"
    yield "    timeout client-fin 30s\n"
    yield "    timeout server-fin 30s\n"
    yield "    timeout check 3s\n"
    if options.mode == "http":
        yield "    timeout http-request 10s\n"
        yield "    timeout http-keep-alive 10s\n"
        yield "    # Clients that reconnect for each request still find an open connection to a server.\n"
        yield "    http-reuse always\n"
        yield "    # A reload closes a client's connection with its next answer, not while a request is on its way.\n"
        yield "    option idle-close-on-response\n"
        yield "    option forwardfor\n"
        yield "    # A request is repeated if no server can have seen it, or if it is a GET or HEAD.\n"
        yield "    retry-on conn-failure empty-response 503"
        if options.timeout_server:
            yield " response-timeout"
        yield "\n"
    if options.mode == "tcp":
        yield "    # Firewalls forget silent connections, and dead peers do not say goodbye.\n"
        yield "    option clitcpka\n"
        yield "    clitcpka-idle 60s\n"
        if configuration.distant:
            yield "    clitcpka-intvl 10s\n"
            yield "    clitcpka-cnt 3\n"
            yield "    option srvtcpka\n"
            yield "    srvtcpka-idle 60s\n"
            yield "    srvtcpka-intvl 10s\n"
            yield "    srvtcpka-cnt 3\n"
    if configuration.resolves:
        yield "\n"
        yield "resolvers docker\n"
        yield "    parse-resolv-conf\n"
        yield "    # The default of 512 bytes truncates the answer at some 20 replicas, and all would be down.\n"
        yield "    accepted_payload_size 8192\n"
        yield "    resolve_retries 3\n"
        yield "    timeout resolve 1s\n"
        yield "    timeout retry 1s\n"
        yield "    # A name that is gone is believed soon; a nameserver that is gone harms no one.\n"
        yield "    hold nx 5s\n"
        yield "    hold other 24h\n"
        yield "    hold refused 24h\n"
        yield "    hold timeout 24h\n"
    for proxy in configuration.proxies:
        yield "\n"
        yield "frontend "
        yield word(proxy.name)
        yield "-in\n"
        yield "    bind "
        yield word(proxy.bind)
        yield "\n"
        yield "    default_backend "
        yield word(proxy.name)
        yield "\n"
        yield "\n"
        yield "backend "
        yield word(proxy.name)
        yield "\n"
        if proxy.is_shared:
            yield "    balance "
            yield word(options.balance)
            yield "\n"
        if options.mode == "http":
            yield "    http-request disable-l7-retry unless METH_GET\n"
        if options.sticky and options.mode == "http":
            yield "    cookie SERVER insert indirect nocache"
            if proxy.slots:
                yield " dynamic"
            yield "\n"
            if proxy.slots:
                yield "    dynamic-cookie-key dcgen\n"
        elif options.sticky:
            yield "    stick-table type ipv6 size 100k expire 30m\n"
            yield "    stick on src\n"
        if proxy.check:
            if proxy.check.http_path:
                yield "    option httpchk\n"
                yield "    http-check send meth GET uri "
                yield word(proxy.check.http_path)
                yield " ver HTTP/1.1 hdr Host "
                yield word(proxy.host)
                yield "\n"
                yield "    http-check expect status 200-399\n"
            elif proxy.check.mysql_user:
                yield "    option mysql-check user "
                yield word(proxy.check.mysql_user)
                yield "\n"
            elif proxy.check.steps:
                yield "    option tcp-check\n"
                yield "    tcp-check connect"
                if proxy.tls:
                    yield " default"
                yield " linger\n"
                for step in proxy.check.steps:
                    if isinstance(step.send, str):
                        yield "    tcp-check send "
                        yield word(quoted(step.send, step.variable))
                        yield "\n"
                    elif step.send is not None:
                        yield "    tcp-check send-binary "
                        yield word(step.send.hex())
                        yield "\n"
                    else:
                        yield "    tcp-check expect min-recv "
                        yield word(step.at_least)
                        yield " rstring "
                        yield word(quoted(step.expect))
                        yield "\n"
            if proxy.check.answer_s:
                yield "    timeout check "
                yield word(duration(proxy.check.answer_s))
                yield "\n"
            yield "    default-server check inter "
            yield word(duration(proxy.check.every_s))
            yield " fastinter "
            yield word(duration(proxy.check.doubtful_s))
            yield " downinter "
            yield word(duration(proxy.check.down_s))
            yield " fall "
            yield word(proxy.check.fall)
            yield " rise 1\n"
            if proxy.failover:
                yield "    # A server that is down loses its connections: nothing may go on writing to it.\n"
                yield "    default-server on-marked-down shutdown-sessions\n"
            elif proxy.is_shared:
                yield "    # Requests are checks too: without this, a dead server has the fewest connections and draws all.\n"
                yield "    default-server observe layer4 error-limit "
                yield word(proxy.error_limit)
                yield " on-error mark-down\n"
        if proxy.slots:
            yield "    default-server init-addr none resolvers docker resolve-prefer ipv4\n"
        elif configuration.resolves and not (proxy.has_fixed):
            yield "    default-server init-addr last,libc,none resolvers docker resolve-prefer ipv4\n"
        else:
            yield "    default-server init-addr last,libc,none\n"
        if options.server_maxconn:
            yield "    default-server maxconn "
            yield word(options.server_maxconn)
            yield "\n"
        if proxy.slots:
            yield "    # DNS fills these slots: replicas come and go without a change here.\n"
            yield "    server-template "
            yield word(proxy.servers[0].name)
            yield "- "
            yield word(proxy.slots)
            yield " "
            yield word(proxy.servers[0].address)
            yield "\n"
        else:
            for index, server in enumerate(proxy.servers):
                yield "    server "
                yield word(server.name)
                yield " "
                yield word(server.address)
                if options.sticky and options.mode == "http":
                    yield " cookie "
                    yield word(server.name)
                if server.backup:
                    yield " backup"
                if proxy.has_fixed and configuration.follows(server):
                    yield " resolvers docker resolve-prefer ipv4"
                if proxy.tls:
                    yield " ssl verify required ca-file "
                    yield word(proxy.tls.ca_file)
                    yield " sni str("
                    yield word(proxy.tls.name or server.address.host)
                    yield ") check-sni "
                    yield word(proxy.tls.name or server.address.host)
                    yield " verifyhost "
                    yield word(proxy.tls.name or server.address.host)
                if proxy.tls and proxy.tls.crt:
                    yield " crt "
                    yield word(proxy.tls.crt)
                if proxy.failover and index == 0:
                    yield " on-marked-up shutdown-backup-sessions"
                yield "\n"
    if configuration.stats_bind:
        yield "\n"
        yield ".if defined(HAPROXY_STATS_PASSWORD)\n"
        yield "userlist stats\n"
        yield '    user admin insecure-password "${HAPROXY_STATS_PASSWORD-none}"\n'
        yield ".endif\n"
        yield "\n"
        yield "# For people at /, for Prometheus at /metrics.\n"
        yield "frontend stats\n"
        yield "    mode http\n"
        yield "    bind "
        yield word(configuration.stats_bind)
        yield "\n"
        yield "    option dontlog-normal\n"
        yield ".if defined(HAPROXY_STATS_PASSWORD)\n"
        yield "    http-request auth realm stats unless { http_auth(stats) }\n"
        yield ".endif\n"
        yield "    http-request use-service prometheus-exporter if { path /metrics }\n"
        yield "    stats enable\n"
        yield "    stats uri /\n"
        yield "    stats refresh 5s\n"
    if configuration.health_bind:
        yield "\n"
        yield "# For the container's own health check: 200 while every backend has a server that is up.\n"
        yield "frontend health\n"
        yield "    mode http\n"
        yield "    bind "
        yield word(configuration.health_bind)
        yield "\n"
        yield "    monitor-uri "
        yield word(health_path)
        yield "\n"
        if not (configuration.proxies):
            yield "    monitor fail if TRUE\n"
        for proxy in configuration.proxies:
            yield "    monitor fail if { nbsrv("
            yield word(proxy.name)
            yield ") lt 1 }\n"
