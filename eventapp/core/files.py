"""Files by their content: stored once under their SHA-256, never changed."""

import hashlib
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock
from eventapp.core.db import Base, after_commit, db
from eventapp.core.errors import N_, NotFound

_folder: Path | None = None


class StoredFile(Base):
    """What a stored content is: its digest, its size in bytes and its media type."""

    __tablename__ = "stored_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[datetime]


def configure(folder: Path) -> None:
    """Keep files in this folder from now on."""
    global _folder  # noqa: PLW0603 - one process serves one installation
    _folder = folder


def _path(digest: str) -> Path:
    if _folder is None:
        msg = "files are not configured"
        raise RuntimeError(msg)
    return _folder / digest[:2] / digest


@dataclass(frozen=True, slots=True)
class Stored:
    """A content that is kept: its digest and its size in bytes."""

    digest: str
    size: int


_stored: Any = StoredFile.__table__
_FIND = sa.select(_stored.c.id).where(_stored.c.digest == sa.bindparam("digest"))
_KEEP = sa.insert(_stored).inline()


def store(data: bytes, media_type: str) -> Stored:
    """Keep content on disk, durably, and note it in the surrounding transaction."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    kept = Stored(digest, len(data))
    if db.session.connection().execute(_FIND, {"digest": digest}).first() is None:
        row = {**asdict(kept), "media_type": media_type, "created_at": clock.now()}
        db.session.connection().execute(_KEEP, row)
    return kept


def read(digest: str) -> bytes:
    """Give the content back; raises NotFound when the disk has lost or changed it."""
    try:
        data = _path(digest).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file_missing", N_("文件不在存储中，请联系系统管理员。")) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise NotFound("file_damaged", N_("文件内容与登记的摘要不符，请联系系统管理员。"))
    return data


def discard(digest: str) -> None:
    """Delete a content: its row in the surrounding transaction, then, after the commit, the file.

    Whoever calls knows that nothing else holds this digest.
    """
    db.session.execute(sa.delete(StoredFile).where(StoredFile.digest == digest))
    after_commit(lambda: _path(digest).unlink(missing_ok=True))
