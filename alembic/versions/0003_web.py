"""Limits on forms, links that are used up, pauses, and two more kinds of mail.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 00:40:12.304418
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knock")),
    )
    op.create_index("ix_knock_purpose_who_at", "knock", ["purpose", "who", "at"])
    op.create_table(
        "usedlink",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usedlink")),
        sa.UniqueConstraint("key", name=op.f("uq_usedlink_key")),
    )
    op.add_column("subscriber", sa.Column("paused_until", sa.Date(), nullable=True))
    _kinds("edition", "confirm", "login", "known")


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE kind IN ('login', 'known')")
    _kinds("edition", "confirm")
    op.execute("UPDATE subscriber SET state = 'active' WHERE paused_until IS NOT NULL")
    op.drop_column("subscriber", "paused_until")
    op.drop_table("usedlink")
    op.drop_index("ix_knock_purpose_who_at", table_name="knock")
    op.drop_table("knock")


def _kinds(*kinds: str) -> None:
    """Let a delivery be of these kinds only."""
    words = ", ".join(repr(kind) for kind in kinds)
    with op.batch_alter_table("delivery") as batch:
        batch.drop_constraint(op.f("ck_delivery_deliverykind"), type_="check")
        batch.create_check_constraint(op.f("ck_delivery_deliverykind"), f"kind IN ({words})")
