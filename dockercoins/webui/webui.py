"""The webui service: how fast DockerCoins mines, as a page and as JSON.

    GET /        the page
    GET /json    {"coins": 12, "hashes": 201, "now": 1700000000.25}

The speed is the page's business: it asks for /json once a second, and compares.
"""

import logging
import os
import signal
import sys
import time

import redis
import waitress
from flask import Flask, Response, jsonify, request
from redis.backoff import NoBackoff
from redis.retry import Retry

REDIS_TIMEOUT_S = 2.0

app = Flask(__name__, static_url_path="")
log = logging.getLogger("webui")
store = redis.Redis.from_url(
    os.environ.get("REDIS_URL", "redis://redis:6379/0"),
    socket_timeout=REDIS_TIMEOUT_S,
    socket_connect_timeout=REDIS_TIMEOUT_S,
    retry=Retry(NoBackoff(), 1),  # reading twice does no harm
)


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


@app.after_request
def finish(response: Response) -> Response:
    """Log one line for the request, and return *response* with the headers of a careful page."""
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store" if request.path == "/json" else "no-cache"
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
    waitress.serve(
        app,
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104 - in a container, callers are outside
        port=os.environ.get("PORT", "80"),
        threads=8,
        connection_limit=1000,
        asyncore_use_poll=True,  # select() ends at 1024 connections
    )


if __name__ == "__main__":
    main()
