"""A schedule's input may name when and as what it runs: ``<aws.scheduler.scheduled-time>`` and the three others.

ministack hands the words on as they are.
"""

import time
import uuid

from ministack.services import eventbridge, scheduler

from . import target

MINUTE_SECONDS = 60


def scheduled_epoch(schedule, now):
    """When it should have run: the sweep comes some seconds later."""
    expression = schedule.get("ScheduleExpression", "")
    at = scheduler._at_time_epoch(expression)
    if at is not None:
        return at
    interval = eventbridge._parse_rate_seconds(expression)
    if interval is None:
        return now - now % MINUTE_SECONDS
    created = schedule.get("CreationDate", now)
    return created + (now - created) // interval * interval


def apply():
    invoke = target.function(eventbridge, "_invoke_target", ["target", "event", "rule"])
    target.function(scheduler, "_at_time_epoch", ["expr"])
    target.function(eventbridge, "_parse_rate_seconds", [])

    def with_context(to, event, rule, *args, **kwargs):
        text = to.get("Input")
        if event.get("Source") == "aws.scheduler" and text:
            moment = time.gmtime(scheduled_epoch(rule, event.get("Time", time.time())))
            values = {
                "schedule-arn": rule.get("Arn", ""),
                "scheduled-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", moment),
                "execution-id": str(uuid.uuid4()),
                "attempt-number": "1",
            }
            for name, value in values.items():
                text = text.replace(f"<aws.scheduler.{name}>", value)
            to = {**to, "Input": text}
        return invoke(to, event, rule, *args, **kwargs)

    eventbridge._invoke_target = with_context
