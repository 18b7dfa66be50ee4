"""Settings, read once from the environment into a plain object; docs/operations.md lists them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEVELOPMENT_SECRET = "development-only-secret-never-for-real-meetings"  # noqa: S105 - refused in production


class Unfit(Exception):
    """The settings are not fit to serve; the sentence says which and what to do."""


@dataclass(frozen=True)
class Config:
    """Everything that differs between one installation and another."""

    secret_key: str
    hosts: tuple[str, ...]
    database_url: str
    production: bool = True
    var: Path = HERE / "var"
    base_url: str = "http://127.0.0.1:8000"
    queue_url: str = ""
    limits_url: str = "memory://"
    proxies: int = 0
    mail: Mapping[str, str] = field(default_factory=dict)
    demo_password: str = ""
    testing: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Config":
        """Read the environment; raises Unfit where production lacks what it must not guess."""
        env = os.environ if env is None else env
        production = env.get("MENGHUI_ENV", "production") != "development"
        var = Path(env.get("MENGHUI_VAR", str(HERE / "var"))).resolve()
        hosts = tuple(name.strip() for name in env.get("HOSTS", "").split(",") if name.strip())
        secret = env.get("SECRET_KEY", "")
        if production:
            _ensure_fit(secret, hosts)
        port = env.get("PORT", "8000")
        base = env.get("BASE_URL") or (
            f"https://{hosts[0]}" if production else f"http://127.0.0.1:{port}"
        )
        return cls(
            secret_key=secret or DEVELOPMENT_SECRET,
            hosts=hosts or ("127.0.0.1", "localhost"),
            database_url=env.get("DATABASE_URL", f"sqlite:///{var / 'menghui.db'}"),
            production=production,
            var=var,
            base_url=base.rstrip("/"),
            queue_url=env.get("QUEUE_URL", ""),
            limits_url=env.get("LIMITS_URL", "memory://"),
            proxies=int(env.get("PROXIES", "0")),
            mail={
                name: env[f"MAIL_{name.upper()}"]
                for name in ("host", "port", "user", "password", "tls", "sender")
                if env.get(f"MAIL_{name.upper()}")
            },
            demo_password=env.get("DEMO_PASSWORD", ""),
        )


def _ensure_fit(secret: str, hosts: tuple[str, ...]) -> None:
    if len(secret) < 32 or secret == DEVELOPMENT_SECRET:
        msg = (
            "SECRET_KEY is missing, too short or the one for development. "
            'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
        raise Unfit(msg)
    if not hosts or "*" in hosts:
        msg = "HOSTS is missing: list the host names that this installation answers to."
        raise Unfit(msg)
