"""Starting and stopping the server of the live page."""

from __future__ import annotations

import errno
import socket
import webbrowser
from collections.abc import Callable

import uvicorn

from rumorsim.common.errors import Fault, InputError
from rumorsim.web import limits
from rumorsim.web.addresses import Address, in_url, listening_address
from rumorsim.web.gallery import Shelf
from rumorsim.web.page import Page
from rumorsim.web.server import make_app, new_lock


def serve(
    scenario: str | None,
    *,
    host: str,
    port: int,
    allow_remote: bool,
    browser: bool,
    tell: Callable[[str], None],
) -> None:
    """Serve the page until it is interrupted; ``tell`` is called with its address.

    InputError for an address, a port or a scenario that cannot be used.
    """
    own = listening_address(host, allow_remote=allow_remote)
    shelf = Shelf(scenario)
    if scenario is not None:
        # What is slow to import is needed to judge a scenario; the gallery is known to fit.
        from rumorsim.web.worlds import check_size

        check_size(shelf.scenario("own"))
    listening = _listen(own, port)
    port = listening.getsockname()[1]
    names = (in_url(own), *(("localhost",) if own.is_loopback else ()))
    lock = new_lock(names, port)
    address = f"http://{in_url(own)}:{port}/?token={lock.token}"
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


def _listen(address: Address, port: int) -> socket.socket:
    """A socket that listens; InputError where the address or the port cannot be had."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((str(address), port))
    except OSError as error:
        listening.close()
        raise InputError(_why(error, address, port)) from None
    listening.listen(128)
    return listening


def _why(error: OSError, address: Address, port: int) -> Fault:
    if error.errno == errno.EADDRNOTAVAIL:
        rule, advice = "is not an address of this machine", "such as 127.0.0.1"
        return Fault(rule, key="--host", value=str(address), advice=advice)
    reason = (error.strerror or str(error)).lower()
    advice = "choose another port, or 0 for any that is free"
    return Fault(f"cannot be listened on ({reason})", key="--port", value=str(port), advice=advice)
