"""Long connections: a WebSocket that echoes, server-sent events, and a long poll."""

import asyncio
import socket
import sys

from aiohttp import WSMsgType, web

HOST = socket.gethostname()


async def home(_request: web.Request) -> web.Response:
    return web.Response(text=f"streams on {HOST}\n")


async def events(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    while True:
        await answer.write(f"data: {HOST}\n\n".encode())
        await asyncio.sleep(0.2)  # an event each 0.2 s is what this application does


async def poll(request: web.Request) -> web.Response:
    await asyncio.sleep(float(request.query.get("s", "1")))  # there is news after so long
    return web.Response(text=f"news of {HOST}\n")


async def echo(request: web.Request) -> web.WebSocketResponse:
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    async for message in answer:
        if message.type == WSMsgType.TEXT:
            await answer.send_str(f"{message.data} {HOST}")
    return answer


if __name__ == "__main__":
    application = web.Application()
    application.add_routes(
        [
            web.get("/", home),
            web.get("/events", events),
            web.get("/poll", poll),
            web.get("/ws", echo),
        ]
    )
    web.run_app(application, port=int(sys.argv[1]), print=None, shutdown_timeout=2)
