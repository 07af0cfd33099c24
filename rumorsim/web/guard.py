"""Who may come in: exact Host and Origin, one token a launch, strict headers on all answers.

The page is for this machine. A name that resolves here (DNS rebinding), a page of another
site that opens a socket, another person's account on the same machine: each is met by one
of the three checks, before anything of ours runs.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What the page asks a browser to hold it to. No inline code, no eval, nothing from elsewhere.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' {sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
#: Sent with every answer.
_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Lock:
    """The hosts that are ours (``name:port``, lower case) and this launch's token."""

    hosts: frozenset[str]
    token: str
    cookie: str

    def fits(self, token: str) -> bool:
        """Whether this is the token; takes the same time whatever it is."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def opened_by(self, headers: dict[str, list[str]]) -> bool:
        """Whether the cookie of the page is among the headers."""
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load("; ".join(headers.get("cookie", [])))
        except CookieError:
            return False
        found = jar.get(self.cookie)
        return found is not None and self.fits(found.value)

    def policy(self) -> str:
        """The content security policy."""
        return _POLICY.format(sockets=" ".join(sorted(f"ws://{host}" for host in self.hosts)))


class Guard:
    """ASGI middleware: what is refused never reaches ``app``."""

    def __init__(self, app: App, lock: Lock) -> None:
        self._app, self._lock = app, lock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on to the application; answer any other with its refusal."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = _by_name(scope)
        if scope["type"] == "websocket":
            if self._refuses(headers, origin_needed=True) or not self._lock.opened_by(headers):
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        sender = self._with_headers(send)
        if self._refuses(headers, origin_needed=False):
            await _answer(sender, 403, "this address is not the page's own")
        elif scope["method"] not in ("GET", "HEAD"):
            await _answer(sender, 405, "there is nothing to send here")
        else:
            scope["rumorsim.open"] = self._lock.opened_by(headers)
            await self._app(scope, receive, sender)

    def _refuses(self, headers: dict[str, list[str]], *, origin_needed: bool) -> bool:
        hosts, origins = headers.get("host", []), headers.get("origin", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._lock.hosts:
            return True
        if not origins and not origin_needed:
            return False
        return origins != [f"http://{hosts[0].lower()}"]

    def _with_headers(self, send: Send) -> Send:
        extra = {**_HEADERS, "content-security-policy": self._lock.policy()}
        encoded = [(name.encode(), value.encode()) for name, value in extra.items()]

        async def sender(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *encoded]
            await send(message)

        return sender


def token_in(query: bytes) -> str | None:
    """The token in an address, if there is exactly one."""
    try:
        found = parse_qs(query.decode("ascii"), max_num_fields=10).get("token", [])
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None


def _by_name(scope: Scope) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


async def _answer(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
