"""The webui service: how fast DockerCoins mines, as a page, as JSON, and for Prometheus.

GET /          the page
GET /json      {"coins": 12, "hashes": 201, "now": 1700000000.25}, as the workshop's
GET /events    server-sent events, one each second; the first has the last hour
GET /history   the same events as JSON, for a page that has no stream: ?after=ID
GET /metrics   for Prometheus
"""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redis
import waitress
from flask import Flask, Response, jsonify, request
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING or __package__:
    from dockercoins.webui import metrics
    from dockercoins.webui.feed import TooManyError
    from dockercoins.webui.sampler import Sampler
else:  # in the image they are beside this file
    import metrics
    from feed import TooManyError
    from sampler import Sampler

REDIS_TIMEOUT_S = 2.0
RETRY_AFTER_S = 30
OTHER_THREADS = 8  # beside those that streams hold
# One viewer who does not read keeps this much waiting, then a thread.
WATERMARK_BYTES = 256 * 1024
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
# The chart library, if `make library` fetched it.
LIBRARY = Path(__file__).with_name("library")
LIBRARY_FILES = {
    "uPlot.js": ("uPlot.iife.min.js", "text/javascript"),
    "uPlot.css": ("uPlot.min.css", "text/css"),
}

app = Flask(__name__, static_url_path="")
log = logging.getLogger("webui")
store = redis.Redis.from_url(
    os.environ.get("REDIS_URL", "redis://redis:6379/0"),
    socket_timeout=REDIS_TIMEOUT_S,
    socket_connect_timeout=REDIS_TIMEOUT_S,
    retry=Retry(NoBackoff(), 1),  # reading twice does no harm
)
streams = int(os.environ.get("STREAMS", "256"))
sampler = Sampler(store, streams)


@app.get("/")
def page() -> Response:
    """Return the page."""
    return app.send_static_file("index.html")


@app.get("/json")
def numbers() -> tuple[Response, int]:
    """Return the coins in the wallet, the hashes so far, and the time in seconds since 1970.

    Without Redis the answer is 503 and ``{"error": why, "now": time}``.
    """
    try:
        coins, hashes = store.hlen("wallet"), int(store.get("hashes") or 0)
    except (redis.RedisError, ValueError) as error:
        return jsonify(error=f"no numbers from Redis: {error}", now=time.time()), 503
    return jsonify(coins=coins, hashes=hashes, now=time.time()), 200


@app.get("/events")
def events() -> Response:
    """Return the stream; 503 with ``Retry-After`` if there are as many as there may be."""
    try:
        stream = sampler.feed.stream(request.headers.get("Last-Event-ID", ""))
    except TooManyError:
        answer = Response("all streams are taken: poll /history\n", 503, mimetype="text/plain")
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    return Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


@app.get("/history")
def history() -> Response:
    """Return ``{"id", "snapshot", "events"}``; the snapshot is null if *after* is known."""
    return jsonify(sampler.feed.since(request.args.get("after", "")))


@app.get("/metrics")
def prometheus() -> Response:
    """Return the metrics."""
    page_of_metrics = metrics.text(sampler.latest, sampler.feed.streams)
    return Response(page_of_metrics, content_type=metrics.CONTENT_TYPE)


@app.get("/uPlot.<kind>")
def library(kind: str) -> tuple[Response, int]:
    """Return a file of the chart library; without it an empty one, and the page has a table."""
    name, mimetype = LIBRARY_FILES.get(f"uPlot.{kind}", ("", "text/plain"))
    if not name:
        return Response("", mimetype=mimetype), 404
    path = LIBRARY / name
    return Response(path.read_bytes() if path.exists() else b"", mimetype=mimetype), 200


@app.after_request
def finish(response: Response) -> Response:
    """Log one line for the request, and return *response* with the headers of a careful page."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    is_live = request.path in {"/json", "/events", "/history", "/metrics"}
    response.headers["Cache-Control"] = "no-store" if is_live else "no-cache"
    # The URI as it came: decoded, a %0A in it would forge a second line.
    asked, size = f"{request.method} {request.environ['REQUEST_URI']}", response.content_length
    log.info("%s %r %s %s", request.remote_addr, asked, response.status_code, size)
    return response


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        # At once, even if Redis keeps a request waiting: the page asks again anyway.
        signal.signal(number, lambda *_: os._exit(0))
    threading.Thread(target=sampler.run, name="sampler", daemon=True).start()
    waitress.serve(
        app,
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104 - in a container, callers are outside
        port=os.environ.get("PORT", "80"),
        threads=streams + OTHER_THREADS,
        connection_limit=1000,
        outbuf_high_watermark=WATERMARK_BYTES,
        asyncore_use_poll=True,  # select() ends at 1024 connections
    )


if __name__ == "__main__":
    main()
