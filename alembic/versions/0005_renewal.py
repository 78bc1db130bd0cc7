"""What a space was learnt from, how it is recognised, and how its rankings compare.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 19:41:12.310554
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    zero = sa.text("0")
    op.add_column(
        "space", sa.Column("known_papers", sa.Integer(), server_default=zero, nullable=False)
    )
    op.add_column("space", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.add_column("space", sa.Column("correlation", sa.Float(), nullable=True))
    op.execute("UPDATE space SET known_papers = paper_count")


def downgrade() -> None:
    op.drop_column("space", "correlation")
    op.drop_column("space", "fingerprint")
    op.drop_column("space", "known_papers")
