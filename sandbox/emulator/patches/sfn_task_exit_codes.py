"""``ecs:runTask.sync`` fails with States.TaskFailed where a container's exit code is not 0 or the task could not start.

ministack reports success whatever the exit code.
"""

import json

from ministack.services import stepfunctions

from . import target


def apply():
    poll = target.function(stepfunctions, "_poll_ecs_tasks", ["cluster", "task_arns"])

    def poll_and_judge(cluster, task_arns):
        result = poll(cluster, task_arns)
        for task in result.get("tasks", []):
            failed = [each for each in task.get("containers", []) if each.get("exitCode")]
            if failed or task.get("stopCode") == "TaskFailedToStart":
                raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(task))
        return result

    stepfunctions._poll_ecs_tasks = poll_and_judge
