"""When the clock's hands moved, and whose turn is being composed.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 19:20:41.092113
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tick",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tick")),
        sa.UniqueConstraint("name", name=op.f("uq_tick_name")),
    )
    op.add_column("subscriber", sa.Column("turn_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "subscriber",
        sa.Column("turn_tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    _states("composed", "empty", "late", "suppressed", "failed")


def downgrade() -> None:
    op.execute("UPDATE edition SET state = 'late' WHERE state = 'failed'")
    _states("composed", "empty", "late", "suppressed")
    op.drop_column("subscriber", "turn_tries")
    op.drop_column("subscriber", "turn_until")
    op.drop_table("tick")


def _states(*states: str) -> None:
    """Let an edition be in these states only."""
    words = ", ".join(repr(state) for state in states)
    with op.batch_alter_table("edition") as batch:
        batch.drop_constraint(op.f("ck_edition_editionstate"), type_="check")
        batch.create_check_constraint(op.f("ck_edition_editionstate"), f"state IN ({words})")
