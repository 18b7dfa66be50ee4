#!/usr/bin/env bash
# Back this installation up, restore it somewhere else, and compare: the drill of docs/operations.md.
#
#   sudo -u menghui bash -c 'set -a; . /etc/menghui.env; cd /srv/menghui/app && docs/restore-drill.sh'
#
# For SQLite. It reads the settings of the installation from the environment, writes only below a
# new temporary folder, and is to be run while nobody else writes. Ends with 0 when all is equal.
set -euo pipefail
cd "$(dirname "$0")/.."

var=${MENGHUI_VAR:-$PWD/var}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/backup" "$work/restored"

# Back up: the database first, then what it refers to.
.venv/bin/python - "$var/menghui.db" "$work/backup/menghui.db" <<'PY'
import sys
from pysqlite3 import dbapi2 as sqlite

sqlite.connect(sys.argv[1]).execute("VACUUM INTO ?", (sys.argv[2],))
PY
folders=()
for folder in keys files mail; do
  if [[ -d $var/$folder ]]; then folders+=("$folder"); fi
done
tar -C "$var" -czf "$work/backup/var.tar.gz" "${folders[@]}"

# Restore: the same two, in a folder of their own.
tar -C "$work/restored" -xzf "$work/backup/var.tar.gz"
cp "$work/backup/menghui.db" "$work/restored/menghui.db"
unset DATABASE_URL QUEUE_URL
export MENGHUI_VAR=$work/restored
.venv/bin/flask --app wsgi db upgrade 2>/dev/null

# Compare: rows of every table, chains of every ledger, bytes of every file, keys.
PYTHONPATH=. .venv/bin/python - "$var" "$work/restored" <<'PY'
import sys
from pathlib import Path

import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from eventapp.core import files, keys
from eventapp.core.db import db
from eventapp.core.errors import NotFound
from eventapp.core.files import StoredFile
from eventapp.core.ledger import Chained, verify
from wsgi import app

old, new = (Path(name) for name in sys.argv[1:3])


def rows(path: Path) -> dict[str, int]:
    connection = sqlite.connect(path)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}


faults = []
before, after = rows(old / "menghui.db"), rows(new / "menghui.db")
for table in sorted(before.keys() | after.keys()):
    if before.get(table) != after.get(table):
        faults.append(f"{table}: {before.get(table)} rows before, {after.get(table)} after")
print(f"tables {len(after)}, rows {sum(after.values())} (before: {sum(before.values())})")

with app.app_context():
    for kind in Chained.__subclasses__():
        count = db.session.scalar(sa.select(sa.func.count()).select_from(kind))
        broken = list(verify(kind))
        faults += [f"ledger {found}" for found in broken]
        print(f"ledger {kind.ledger}: {count} records, {len(broken)} breaks")
    digests = list(db.session.scalars(sa.select(StoredFile.digest)))
    for digest in digests:
        try:
            files.read(digest)
        except NotFound as error:
            faults.append(f"file {digest[:12]}: {error.code}")
    print(f"files: {len(digests)} looked at")
    ring = keys.ring()
    for path in (old / "keys").glob("pass-*.pem"):
        if (new / "keys" / path.name).read_bytes() != path.read_bytes():
            faults.append(f"key {path.name} differs")
    print(f"keys: {len(ring.public)}, the newest is {ring.newest}: {ring.public_text(ring.newest)[:16]}…")

print("\n".join(faults) if faults else "restored: equal")
sys.exit(bool(faults))
PY
