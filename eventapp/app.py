"""The factory: it wires web, features, error pages and commands, and alone knows every feature."""

import importlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask.cli import AppGroup
from flask_babel import Babel
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from eventapp.core import clock, files, installation, keys, outbox
from eventapp.core.cli import ledger
from eventapp.core.db import db, engine_settings, prepare_engines
from eventapp.core.transports import FolderMessenger, FolderTransport, SmtpTransport, Transport
from eventapp.web import addresses, doors, errors, filters, flood, headers, health, language, queue
from eventapp.web.session import Csrf, actor

if TYPE_CHECKING:
    from config import Config

HERE = Path(__file__).resolve().parent.parent
FEATURES = (
    "accounts",
    "alliance",
    "meetings",
    "agenda",
    "registration",
    "roster",
    "notices",
    "badges",
    "delegation",
    "seating",
    "checkin",
    "charter",
    "voting",
    "ceremony",
    "minutes",
    "booklet",
    "privacy",
    "hall",
    "desk",
)
"""Bottom first; a feature's routes, api and cli rooms are wired where they exist."""


def create_app(config: "Config") -> Flask:
    """Build the application for one installation."""
    app = Flask(
        "eventapp",
        static_folder=str(HERE / "static"),
        static_url_path=f"/static/{headers.version_of(HERE / 'static')}",
        template_folder=str(HERE / "templates"),
    )
    app.config.update(_settings(config))
    app.extensions["config"] = config
    _wire_core(app, config)
    _wire_web(app, config)
    _wire_features(app)
    doors.ensure_declared(app)
    health.ensure_fit(app)
    return app


def _settings(config: "Config") -> dict[str, object]:
    return {
        **engine_settings(config.database_url),
        "SECRET_KEY": config.secret_key,
        "TRUSTED_HOSTS": list(config.hosts),
        "TESTING": config.testing,
        "MAX_CONTENT_LENGTH": 16 * 2**20,
        "MAX_FORM_MEMORY_SIZE": 2 * 2**20,
        "MAX_FORM_PARTS": 5000,
        "SESSION_COOKIE_NAME": "__Host-menghui" if config.production else "menghui",
        "SESSION_COOKIE_SECURE": config.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_PROTECTION": None,  # sign-in rows decide, not what a browser calls itself
        "PERMANENT_SESSION_LIFETIME": timedelta(days=180),
        "PREFERRED_URL_SCHEME": "https" if config.production else "http",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
        **_security_settings(config),
    }


def _security_settings(config: "Config") -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": keys.KeyRing(config.var, config.secret_key.encode())
        .mac("password", b"")
        .hex(),
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_URL_PREFIX": "/account",
        "SECURITY_TRACKABLE": False,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_SECRETS": {"1": config.secret_key},
        "SECURITY_TOTP_ISSUER": "盟会",
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=3),
        "SECURITY_POST_LOGIN_VIEW": "/desk",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_REDIRECT_VALIDATE_MODE": "regex",
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_EMAIL_SENDER": config.mail.get("sender", "menghui@localhost"),
    }


def _wire_core(app: Flask, config: "Config") -> None:
    config.var.mkdir(parents=True, exist_ok=True)
    keys.configure(config.var / "keys", config.secret_key)
    files.configure(config.var / "files")
    outbox.configure(
        _transport(config),
        config.mail.get("sender", "menghui@localhost"),
        config.hosts[0],
        FolderMessenger(config.var / "messages"),
    )
    db.init_app(app)
    with app.app_context():
        prepare_engines()
    app.cli.add_command(ledger)
    Migrate(app, db, directory=str(HERE / "migrations"), render_as_batch=True)


def _transport(config: "Config") -> Transport:
    mail = config.mail
    if "host" not in mail:
        return FolderTransport(config.var / "mail")
    return SmtpTransport(
        mail["host"],
        int(mail.get("port", "25")),
        mail.get("user", ""),
        mail.get("password", ""),
        tls=mail.get("tls", "") == "1",
    )


def _wire_web(app: Flask, config: "Config") -> None:
    if config.proxies:
        hops = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)
    Babel(
        app,
        default_translation_directories=str(HERE / "eventapp" / "translations"),
        locale_selector=language.locale,
    )
    Csrf(app).exempt("eventapp.web.language.set_language")
    if not config.testing:
        flood.register(app, config.limits_url)
    app.before_request(installation.refresh)
    app.before_request(doors.guard)
    addresses.register(app)
    errors.register(app)
    headers.register(app)
    filters.register(app)
    queue.register(app, config.queue_url or f"sqlite:///{config.var / 'queue.db'}")
    app.register_blueprint(language.bp)
    app.register_blueprint(health.bp)
    app.context_processor(_page)


def _page() -> dict[str, object]:
    """Give every template what the layouts ask for."""
    return {
        "lang": language.html_lang(),
        "demo": installation.is_demo(),
        "now": clock.now(),
        "may": doors.may,
        "actor": actor,
    }


def _wire_features(app: Flask) -> None:
    for feature in FEATURES:
        for room in ("models", "routes", "api", "cli", "tasks"):
            if (
                not (HERE / "eventapp" / feature / f"{room}.py").exists()
                and not (HERE / "eventapp" / feature / room).is_dir()
            ):
                continue
            module = importlib.import_module(f"eventapp.{feature}.{room}")
            if hasattr(module, "bp"):
                app.register_blueprint(module.bp)
            if hasattr(module, "cli"):
                _add_commands(app, module.cli)
            if hasattr(module, "register"):
                module.register(app)


def _add_commands(app: Flask, group: AppGroup) -> None:
    """Give the command line a feature's commands; a group of one name may come from several."""
    known = app.cli.commands.get(group.name or "")
    if isinstance(known, AppGroup) and known is not group:
        for command in group.commands.values():
            known.add_command(command)
    else:
        app.cli.add_command(group)
