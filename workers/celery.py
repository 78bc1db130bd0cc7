"""The Celery application, and the whole day on one page.

Redis holds hints only: whatever is due is found again by a query, so a queue that is lost, late
or delivered twice changes nothing.
"""

from functools import cache
from typing import Any

from celery import Celery, Task, signals
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from service import logs
from service.logs import log
from service.settings import load_settings
from service.wiring import House, open_house

app = Celery(
    "paperround",
    broker=load_settings().broker_url,
    include=[
        "workers.collect",
        "workers.compose",
        "workers.deliver",
        "workers.space",
        "workers.sweep",
        "workers.tidy",
        "workers.train",
        "workers.watch",
    ],
)


def every(seconds: float, task: str) -> dict[str, Any]:
    """A tick that nobody hears within a minute is forgotten: the next one says the same."""
    return {"task": task, "schedule": seconds, "options": {"expires": 60}}


app.conf.beat_schedule = {
    # hourly: the sources' rows say whether the hour is over
    "what is new?": every(60, "workers.collect.collect_digests"),
    "who is due?": every(60, "workers.compose.call_due"),
    "empty the outbox": every(10, "workers.deliver.deliver_due"),
    "models left stale": every(60, "workers.train.find_stale"),
    "is the space outgrown?": every(60, "workers.space.renew_space"),
    "what was left behind?": every(30, "workers.sweep.sweep"),
    "what may be forgotten?": every(600, "workers.tidy.tidy"),
}

app.conf.update(
    # whose house the tasks work in: campaigns bring one with a clock of their own
    open_house=open_house,
    # so often, in seconds, each worker looks whether beat is there
    look_every=30.0,
    # beat keeps nothing on disk, where a second one would trip over it: the rows know what is due
    beat_scheduler="celery.beat:Scheduler",
    timezone="UTC",
    enable_utc=True,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # a task is acknowledged when it is done, so that a killed worker's task comes back
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=300,
    task_time_limit=360,
    worker_max_tasks_per_child=1000,
    worker_soft_shutdown_timeout=60,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
    broker_transport_options={
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 25,
    },
)


@cache
def house() -> House:
    """This process's house, opened at its first task: a fork must not inherit a connection."""
    made: House = app.conf.open_house()
    return made


def hint(task: Task, *args: Any) -> None:
    """Have this done soon; where the broker does not listen, the next tick says it again."""
    try:
        task.apply_async(args, expires=60)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("the broker takes no hint", task=task.name, reason=type(error).__name__)


@signals.setup_logging.connect
def _begin_logs(**_: Any) -> None:
    """Celery's own lines go where ours do, in place of its own handlers."""
    logs.begin()
