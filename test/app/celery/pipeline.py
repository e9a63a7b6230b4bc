"""A small Celery application for the test of the pack `celery`: tasks that take their time, and tasks that fail."""
import os
import time

from celery import Celery

app = Celery("pipeline", broker=os.environ["BROKER"])
app.conf.task_default_queue = "celery"
app.conf.broker_connection_retry_on_startup = True


@app.task
def resize(seconds):
    time.sleep(seconds)


@app.task
def reject():
    raise ValueError("as asked")
