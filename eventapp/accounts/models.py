"""Tables of who signs in."""

# The account library declares plain attributes where SQLAlchemy's models declare mapped ones.
# pyright: reportIncompatibleVariableOverride=false

from datetime import datetime

import sqlalchemy as sa
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import AsaList
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core.access import Role
from eventapp.core.db import Base, enum_text


class NoRole(RoleMixin):
    """What the account library calls a role; ours are grants, read from the table below."""


class User(UserMixin, Base):
    """Somebody with an account: staff of the alliance, never a delegate."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    create_datetime: Mapped[datetime]

    @property
    def roles(self) -> list[NoRole]:
        """None: the account library decides nothing here."""
        return []


class RoleGrant(Base):
    """A user's role in a scope; taking it back deletes the row, the audit keeps the story."""

    __tablename__ = "role_grants"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_text(Role))
    granted_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("user_id", "scope_id", "role"),)


class PersonalLink(Base):
    """A link that lets one person, who has no account, do one thing in one meeting.

    `subject_id` is a registration, an organisation or a mandate, by `role`. The link's text is
    derived from the id and the generation with a key outside the database, so it can be shown
    again and again, and dies when the generation rises.
    """

    __tablename__ = "personal_links"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(enum_text(Role))
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"))
    subject_id: Mapped[int]
    generation: Mapped[int] = mapped_column(default=1)
    bind_once: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(sa.String(12), default="")
    failures: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (sa.UniqueConstraint("scope_id", "role", "subject_id"),)


class Device(Base):
    """A browser that scans at one gate: where, until when, and who vouched for it.

    `subject_id` is the gate. The desk makes it with a code that opens until `pair_until`; whoever
    opens it gets its only sign-in and shows `digits`, which the desk compares before it confirms.
    `unsent`, `version` and `last_seen_at` are as the device last told.
    """

    __tablename__ = "devices"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(enum_text(Role))
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), index=True)
    subject_id: Mapped[int]
    label: Mapped[str] = mapped_column(sa.String(40))
    created_by: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime]
    pair_until: Mapped[datetime | None]
    digits: Mapped[str] = mapped_column(sa.String(4), default="")
    confirmed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    unsent: Mapped[int] = mapped_column(default=0)
    version: Mapped[str] = mapped_column(sa.String(40), default="")


class SignIn(Base):
    """One browser that came in, by account, link or device; it holds a token, this its hash.

    A device has one: who opens its code first has it.
    """

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(sa.ForeignKey("personal_links.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"), unique=True)
    generation: Mapped[int] = mapped_column(default=0)
    browser: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        sa.CheckConstraint(
            "CASE WHEN user_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN link_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN device_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_holder",
        ),
    )
