"""People who sign in, and what belongs to the database as a whole.

No `from __future__ import annotations` here: SQLModel reads annotations at run time.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.tables.kinds import instant


class UserRow(SQLModel, table=True):
    """A person who signs in."""

    __tablename__ = "user_account"
    id: str = Field(primary_key=True, max_length=32)
    login: str = Field(unique=True)
    name: str
    password_hash: str
    role: str  # of models.store.people.ROLES
    language: str = "en"
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    email: str = ""
    skills: str = ""  # tax, contract, dispute; separated by a space
    country: str = ""  # ISO 3166-1: where the person works
    place: str = ""  # onshore, nearshore, offshore: as the office's contracts call it; empty: nowhere yet
    region: str = ""  # whose wage floor holds; empty: the country
    created_at: datetime = Field(sa_column=instant())


class UserClientRow(SQLModel, table=True):
    """Which clients a person works for."""

    __tablename__ = "user_client"
    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    client_id: str = Field(primary_key=True, foreign_key="client.id")


class SessionRow(SQLModel, table=True):
    """A sign-in; only the hash of its token is kept."""

    __tablename__ = "session"
    token_hash: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_column=instant())
    seen_at: datetime = Field(sa_column=instant())


class IdentityRow(SQLModel, table=True):
    """Whom an identity provider means: issuer and subject name a person, never the mail address (R17)."""

    __tablename__ = "identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    created_at: datetime = Field(sa_column=instant())


class SecretRow(SQLModel, table=True):
    """Keys made with the database, used where the environment gives none."""

    __tablename__ = "secret"
    name: str = Field(primary_key=True)
    value: str


class TransitionRow(SQLModel, table=True):
    """models.status.TRANSITIONS, for the trigger that refuses other moves."""

    __tablename__ = "transition"
    from_state: str = Field(primary_key=True)
    to_state: str = Field(primary_key=True)
