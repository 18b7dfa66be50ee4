"""A bare Flask application whose doors do nothing: the yardstick of every other figure."""

from flask import Flask, Response, jsonify

app = Flask("noop")


@app.get("/noop")
def read() -> Response:
    """Answer a small JSON."""
    return jsonify(ok=True)


@app.get("/healthz")
def health() -> Response:
    """Answer that the server is up."""
    return jsonify(ok=True)


@app.post("/noop")
def write() -> Response:
    """Answer a small JSON."""
    return jsonify(ok=True)
