"""What the server of the labelling page accepts: only requests of its own page.

A page on the web can make a browser send requests to this server (cross-site request forgery), or
point its own host name at this machine's address (DNS rebinding). So a request must name the
loopback address as its host, must not come from another origin, and must have a token that is only
in the printed address. The token is sent in a header, not in a cookie, so no browser sends it by
itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = "127.0.0.1"
HOST_NAMES: Final = (LOOPBACK, "localhost")
TOKEN_HEADER: Final = b"x-token"


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What is accepted and sent.

    ``body_bytes`` of a request, which names a page, two lines and a mark; ``header_bytes``, of
    which a browser sends some hundreds; ``line_length``, in characters, of a line that is shown;
    ``connections`` at the same time.
    """

    body_bytes: int = 1024
    header_bytes: int = 32_768
    line_length: int = 2000
    connections: int = 64


LIMITS: Final = ServerLimits()
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HEADERS: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class Guard:
    """Passes on the requests of the labelling page, and adds security headers to every answer.

    It answers 401 without the token, which the ``public`` paths do not need, 403 for another host
    name or origin, 413 for a body and 431 for headers that are too long.
    """

    def __init__(
        self, application: ASGIApp, port: int, token: str, public: Collection[str] = ()
    ) -> None:
        self.application = application
        self.public = public
        self.token = token.encode()
        self.hosts = frozenset(f"{name}:{port}".encode() for name in HOST_NAMES)
        self.origins = frozenset(b"http://" + host for host in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        if scope["type"] != "http":
            return
        if refused := self.refusal(scope):
            await refused(scope, receive, send_with_headers)
            return
        body = await _body(receive)
        if body is None:
            too_long = error_answer(413, f"a request has at most {LIMITS.body_bytes} bytes")
            await too_long(scope, receive, send_with_headers)
            return
        await self.application(scope, _replay(body, receive), send_with_headers)

    def refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that is refused; None if it is not."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        # The server itself refuses long headers (400) only if they come in several packets.
        if sum(len(name) + len(value) for name, value in headers) > LIMITS.header_bytes:
            return error_answer(431, f"headers have at most {LIMITS.header_bytes} bytes")

        def values_of(name: bytes) -> list[bytes]:
            return [value for key, value in headers if key == name]

        hosts, origins, tokens = values_of(b"host"), values_of(b"origin"), values_of(TOKEN_HEADER)
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return error_answer(403, "this server answers only to the address that it printed")
        if any(origin not in self.origins for origin in origins):
            return error_answer(403, "this server answers only its own page")
        if any(site not in (b"same-origin", b"none") for site in values_of(b"sec-fetch-site")):
            return error_answer(403, "this server answers only its own page")
        if scope["method"] not in ("GET", "HEAD") and not origins:
            return error_answer(403, "a request that changes something needs an Origin header")
        if scope["path"] in self.public and scope["method"] in ("GET", "HEAD"):
            return None
        if len(tokens) != 1 or not secrets.compare_digest(tokens[0], self.token):
            return error_answer(
                401, "open the whole address that was printed, including what follows the #"
            )
        return None


async def _body(receive: Receive) -> bytes | None:
    """Read the body of a request; None if it is too long, in which case reading stops."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LIMITS.body_bytes:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A Receive that returns a body that was already read, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def error_answer(status: int, problem: str) -> JSONResponse:
    """An answer that says in words what is wrong."""
    return JSONResponse({"error": problem}, status)
