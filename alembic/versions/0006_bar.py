"""How probable a paper must be for a reader, and whether one may be drawn for them.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-26 04:41:27.106215
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # in one statement, since SQLite can give a table no further constraint
    op.execute(
        "ALTER TABLE subscriber ADD COLUMN bar FLOAT DEFAULT 0.005 NOT NULL "
        "CONSTRAINT ck_subscriber_bar CHECK (bar BETWEEN 0 AND 0.9)"
    )
    explores = sa.Column("explores", sa.Boolean(), server_default=sa.true(), nullable=False)
    op.add_column("subscriber", explores)


def downgrade() -> None:
    op.drop_column("subscriber", "explores")
    op.drop_column("subscriber", "bar")
