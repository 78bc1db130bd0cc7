"""The clock's second hand: who is due?"""

from service import mornings, rounds
from workers.celery import app, hint, house
from workers.deliver import deliver_due


@app.task
def call_due() -> None:
    """Call the readers whose hour has come, a chunk of them a task."""
    now = house().now()
    chunks = mornings.called(house(), now=now)
    if chunks:
        rounds.refresh(house(), now=now)
    for chunk in chunks:
        hint(compose_chunk, chunk)


@app.task
def compose_chunk(subscriber_ids: list[int]) -> None:
    """Compose for these readers, if they are still due."""
    if mornings.compose_called(house(), subscriber_ids, now=house().now()).editions:
        hint(deliver_due)
