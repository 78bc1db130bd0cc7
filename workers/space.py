"""The space is renewed as papers grow, in the background."""

from service import learning
from workers.celery import app, hint, house


@app.task
def renew_space() -> None:
    """Take the next step, if there is one; readers' models in the new space are a chunk a task."""
    for chunk in learning.renew_space(house(), now=house().now()):
        hint(train_coming, chunk)


@app.task
def train_coming(subscriber_ids: list[int]) -> None:
    """Fit these readers in the space that is being made ready."""
    learning.train_coming(house(), subscriber_ids, now=house().now())
