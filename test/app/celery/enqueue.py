"""usage: enqueue.py TASK QUEUE COUNT [ARGUMENT]: puts that many tasks into a queue."""
import sys

import pipeline

task, queue, count, *arguments = sys.argv[1:]
for _ in range(int(count)):
    getattr(pipeline, task).apply_async([float(argument) for argument in arguments], queue=queue)
