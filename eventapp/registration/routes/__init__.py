"""Doors of registration: the public form and passes, the desk's pages."""

from flask import Flask
from flask_limiter.util import get_remote_address

from eventapp.registration.routes import desk, paper, passes, public, settings
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.blueprint import browser as browser_key

__all__ = ["bp", "desk", "paper", "passes", "public", "register", "settings"]

PER_BROWSER = "10 per minute"
PER_ADDRESS = "120 per minute"
"""A hall shares one address, so an address may do more than a browser."""


def register(app: Flask) -> None:
    """Limit how often the public form may be sent."""
    limiter = next(iter(app.extensions.get("limiter", ())), None)
    if limiter is None:  # limits are switched off, as in most tests
        return
    endpoint = "registration.submit_registration"
    view = app.view_functions[endpoint]
    view = limiter.limit(PER_ADDRESS, key_func=get_remote_address)(view)
    app.view_functions[endpoint] = limiter.limit(PER_BROWSER, key_func=browser_key)(view)
