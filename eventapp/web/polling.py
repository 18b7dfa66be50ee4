"""Live pages by asking again: an answer carries its version, and an unchanged one is empty."""

from collections.abc import Callable

from flask import Response, make_response, request


def conditional(version: str, render: Callable[[], str | Response]) -> Response:
    """Answer 304 when the one who asks has this version already; else render with an ETag."""
    tag = f'"{version}"'
    if tag in [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]:
        response = Response(status=304)
    else:
        response = make_response(render())
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Cookie")
    return response
