"""The clock's second hand: who is due?"""

from service import rounds
from workers.celery import app, house


@app.task
def compose_due() -> None:
    """Compose for every reader whose hour has come."""
    for _ in rounds.compose_due(house(), now=house().now()):
        pass
