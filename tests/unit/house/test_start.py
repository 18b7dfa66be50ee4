"""What a start leaves for later."""

import subprocess
import sys
from pathlib import Path

from tests.live import HERE, environment

LATER = {"huey", "psycopg", "pypinyin", "redis", "weasyprint"}


def test_a_start_loads_nothing_large_that_few_requests_need(tmp_path: Path) -> None:
    told = "import gc, sys, wsgi; print(gc.isenabled(), *sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", told],
        cwd=HERE,
        env=environment(tmp_path, f"sqlite:///{tmp_path / 'menghui.db'}"),
        capture_output=True,
        text=True,
        check=True,
    )
    collecting, *loaded = process.stdout.split()
    assert collecting == "True"
    assert LATER & set(loaded) == set()
