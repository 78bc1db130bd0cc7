"""The Celery application, and the whole day on one page.

Redis holds hints only: whatever is due is found again by a query, so a queue that is lost, late
or delivered twice changes nothing.
"""

from functools import cache

from celery import Celery

from service.settings import load_settings
from service.wiring import House, open_house

app = Celery(
    "paperround",
    broker=load_settings().broker_url,
    include=["workers.collect", "workers.compose", "workers.deliver", "workers.train"],
)

app.conf.beat_schedule = {
    # hourly: the sources' rows say whether the hour is over
    "what is new?": {"task": "workers.collect.collect_digests", "schedule": 300.0},
    "who is due?": {"task": "workers.compose.compose_due", "schedule": 60.0},
    "empty the outbox": {"task": "workers.deliver.deliver_due", "schedule": 10.0},
    "models left stale": {"task": "workers.train.train_stale", "schedule": 60.0},
}

app.conf.update(
    # whose house the tasks work in: campaigns bring one with a clock of their own
    open_house=open_house,
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
