"""The one door by which files leave: named, typed, never run by a browser."""

from urllib.parse import quote

from flask import Response


def download(data: bytes, *, name: str, media_type: str, inline: bool = False) -> Response:
    """Send content as a file whose name may be Chinese (RFC 6266, RFC 8187)."""
    response = Response(data, mimetype=media_type)
    how = "inline" if inline else "attachment"
    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in name)
    response.headers["Content-Disposition"] = (
        f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
