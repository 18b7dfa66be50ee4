"""Headers that every answer carries, and the pages that may run WebAssembly."""

import hashlib
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

CSP: Final = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "media-src 'self' blob:; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
PLAIN_CSP = CSP.format(wasm="")
WASM_CSP = CSP.format(wasm=" 'wasm-unsafe-eval'")
SCANNER_ENDPOINTS = frozenset({"checkin.show_door", "checkin.show_kiosk"})
"""Pages with a camera that decodes through WebAssembly."""

_FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


def version_of(folder: Path) -> str:
    """Tell a short version of the static files, which changes with any of them.

    It stands in their addresses, so that each may be kept for ever and none is kept too long.
    """
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "lucide-static" not in path.parts:
            state = path.stat()
            name = path.relative_to(folder)
            found.update(f"{name}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return found.hexdigest()[:10]


def register(app: Flask) -> None:
    """Put the headers on every answer of this application."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    headers = response.headers
    scanner = request.endpoint in SCANNER_ENDPOINTS
    for name, value in _FIXED:
        headers[name] = value
    if "Content-Security-Policy" not in headers:
        static = request.endpoint == "static" and request.path.endswith("worker.js")
        headers["Content-Security-Policy"] = WASM_CSP if scanner or static else PLAIN_CSP
    headers["Permissions-Policy"] = "camera=(self)" if scanner else "camera=()"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
