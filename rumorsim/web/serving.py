"""Starting and stopping the server of the live page."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from ipaddress import ip_address

import uvicorn

from rumorsim.errors import Fault, InputError
from rumorsim.web import limits
from rumorsim.web.gallery import Shelf
from rumorsim.web.server import Page, make_app, new_lock

__all__ = ["serve"]


def serve(
    scenario: str | None,
    *,
    host: str,
    port: int,
    allow_remote: bool,
    browser: bool,
    tell: Callable[[str], None],
) -> None:
    """Serve the page until interrupted; ``tell`` is given its address. InputError on bad input."""
    _check_host(host, allow_remote)
    shelf = Shelf(scenario)
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    lock = new_lock(host, port, ("localhost",) if _is_loopback(host) else ())
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/?token={lock.token}"
    config = uvicorn.Config(
        make_app(Page(shelf, lock)),
        log_level="error",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=limits.MESSAGE_BYTES,
        ws_per_message_deflate=False,
        limit_concurrency=8 * limits.SESSIONS,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=16_384,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    tell(address)
    if browser:
        webbrowser.open(address)
    with listening:
        server.run(sockets=[listening])


def _check_host(host: str, allow_remote: bool) -> None:
    """InputError unless ``host`` is an address that is ours to open."""
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise InputError(
            Fault("must be an address", key="--host", value=host, advice="such as 127.0.0.1")
        ) from None
    if address.is_unspecified:
        advice = "name the address that others will type, so that it can be checked"
        raise InputError(Fault("is every address at once", key="--host", value=host, advice=advice))
    if not address.is_loopback and not allow_remote:
        advice = "add --allow-remote, and give the printed address to those who may come"
        raise InputError(Fault("lets other machines in", key="--host", value=host, advice=advice))


def _is_loopback(host: str) -> bool:
    return host == "localhost" or ip_address(host).is_loopback


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        rule = f"cannot be listened to ({error.strerror or error})"
        raise InputError(
            Fault(rule, key="--port", value=str(port), advice="choose another, or 0 for any")
        ) from None
    listening.listen(128)
    return listening
