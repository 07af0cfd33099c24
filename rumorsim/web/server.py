"""Addresses and files of the live page, and the server that answers for them."""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from rumorsim.web import limits
from rumorsim.web.gallery import GALLERY
from rumorsim.web.guard import Guard, Lock, token_in
from rumorsim.web.page import Page

_STATIC: Final = Path(__file__).parent / "static"


def new_lock(names: Iterable[str], port: int) -> Lock:
    """A lock for the page at these names and ``port``, with a fresh token.

    ``names`` are as in a Host header: IPv6 addresses in brackets.
    """
    # Browsers leave out the port that http has anyway.
    end = "" if port == 80 else f":{port}"
    hosts = frozenset(f"{name}{end}".lower() for name in names)
    return Lock(hosts=hosts, token=secrets.token_urlsafe(24), cookie=f"rumorsim-{port}")


def make_app(page: Page) -> Callable[..., Any]:
    """The ASGI application of a page, its guard outermost."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # What is slow to import comes while the browser fetches the page.
        warming = asyncio.get_running_loop().run_in_executor(page.threads, warm_up, page)
        yield
        await warming
        for threads in (page.threads, page.replicating):
            threads.shutdown(wait=False, cancel_futures=True)

    async def index(request: Request) -> Response:
        return _index(request, page.lock)

    async def start(request: Request) -> Response:
        if not request.scope["rumorsim.open"]:
            return Response(status_code=403)
        shelf = [{"name": name, "ask": GALLERY.get(name, "")} for name in page.shelf.names]
        return _json({"scenarios": shelf})

    async def forms(request: Request) -> Response:
        if not request.scope["rumorsim.open"]:
            return Response(status_code=403)
        loop = asyncio.get_running_loop()
        return Response(
            await loop.run_in_executor(page.threads, _forms), media_type="application/json"
        )

    async def download(request: Request) -> Response:
        return await _download(request, page)

    async def live(socket: WebSocket) -> None:
        await _live(socket, page)

    routes = [
        Route("/", index),
        Route("/start.json", start),
        Route("/forms.json", forms),
        Route("/download/{session}/{what}", download),
        WebSocketRoute("/live", live),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), page.lock)


def warm_up(page: Page) -> None:
    """Import the engine and build the first world once, so that nobody waits for it."""
    from rumorsim.web.places import places_of
    from rumorsim.web.worlds import TwoWorlds

    worlds = TwoWorlds(page.shelf.scenario(page.shelf.names[0]), None, "none")
    places_of(worlds.left.simulation.world.graph)
    worlds.advance(worlds.horizon / 50)
    # What is there now stays: freed worlds are looked for without walking over all of it.
    gc.collect()
    gc.freeze()
    page.warm.set()


def _index(request: Request, lock: Lock) -> Response:
    """The page; with the token, a cookie for it; without either, the door."""
    token = token_in(request.scope["query_string"])
    if token is not None and lock.fits(token):
        answer: Response = RedirectResponse("/", 303)
        answer.set_cookie(lock.cookie, token, httponly=True, samesite="lax", path="/")
        return answer
    if not request.scope["rumorsim.open"]:
        return HTMLResponse((_STATIC / "door.html").read_text("utf-8"), 403)
    return FileResponse(_STATIC / "index.html", headers={"cache-control": "no-store"})


def _json(value: Any) -> Response:
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, media_type="application/json", headers={"cache-control": "no-store"})


@cache
def _forms() -> str:
    from rumorsim.web.forms import forms_message

    return json.dumps(forms_message(), ensure_ascii=False)


async def _download(request: Request, page: Page) -> Response:
    """The events of a session's world so far, or its scenario with what was clicked."""
    from rumorsim.web.downloads import DOWNLOADS

    session = page.sessions.get(request.path_params["session"])
    make = DOWNLOADS.get(request.path_params["what"])
    if not request.scope["rumorsim.open"] or session is None or make is None:
        return Response("there is nothing here", 404, media_type="text/plain")
    loop = asyncio.get_running_loop()
    async with session.busy:
        if session.worlds is None:
            return Response("there is nothing here", 404, media_type="text/plain")
        name, body = await loop.run_in_executor(
            page.threads, make, session.worlds, session.outcomes
        )
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(body, media_type="application/octet-stream", headers=headers)


async def _live(socket: WebSocket, page: Page) -> None:
    from rumorsim.web.session import Session

    await socket.accept()
    if len(page.sessions) >= limits.SESSIONS:
        await socket.close(1013, "too many browsers at once")
        return
    session = Session(socket, page)
    page.sessions[session.name] = session
    try:
        await session.run()
    except WebSocketDisconnect:
        return
    finally:
        del page.sessions[session.name]
