"""The load balancer before the replicas: what PUBLIC_URL points at. It knows nothing of who is well."""

import itertools

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_HOPELESS_SECONDS = 2.0


class Balancer:
    """Hands each request to the next replica; who does not answer in time is passed over."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.ports: list[int] = []
        self._client = client
        self._turns = itertools.count()
        self.app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=["GET", "POST"])])

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        first = next(self._turns)
        for place in range(len(self.ports)):
            port = self.ports[(first + place) % len(self.ports)]
            try:
                answer = await self._client.request(
                    request.method,
                    f"http://127.0.0.1:{port}{request.url.path}",
                    content=body,
                    headers={k: v for k, v in request.headers.items() if k not in ("host", "content-length")},
                    timeout=_HOPELESS_SECONDS,
                )
            except httpx.HTTPError:
                continue
            kept = {k: v for k, v in answer.headers.items() if k in ("content-type", "retry-after")}
            return Response(answer.content, answer.status_code, kept)
        return Response("nobody there", 502)
