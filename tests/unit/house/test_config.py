"""What an installation must be told, and when it refuses to start."""

import pytest

from config import DEVELOPMENT_SECRET, Config, Unfit

GOOD = {"SECRET_KEY": "x" * 40, "HOSTS": "meeting.example.org"}


def test_production_is_the_default_and_starts_with_secret_and_hosts() -> None:
    config = Config.from_env(GOOD)
    assert config.production
    assert config.hosts == ("meeting.example.org",)
    assert config.base_url == "https://meeting.example.org"


@pytest.mark.parametrize(
    "change",
    [
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": DEVELOPMENT_SECRET},
        {"HOSTS": ""},
        {"HOSTS": " , "},
        {"HOSTS": "*"},
    ],
)
def test_production_refuses_to_guess(change: dict[str, str]) -> None:
    with pytest.raises(Unfit):
        Config.from_env({**GOOD, **change})


def test_development_needs_nothing() -> None:
    config = Config.from_env({"MENGHUI_ENV": "development"})
    assert not config.production
    assert config.hosts == ("127.0.0.1", "localhost")
