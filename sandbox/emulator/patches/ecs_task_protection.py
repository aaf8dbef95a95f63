"""A protected task is not ended by its service: scaling in takes another one or waits, a deployment waits.

ministack acknowledges UpdateTaskProtection and ends the newest task first, busy or not.
"""

import threading
import time

from ministack.core.responses import request_scope
from ministack.services import ecs

from . import target

UNTIL = "_protected_until"
DEFAULT_MINUTES = 120
SCALE_IN = "Service scaling down"
WAITING = (SCALE_IN, "Deployment completed", "Task definition updated", "Deployment capacity limit")


def is_protected(task):
    return task.get(UNTIL, 0) > time.time()


def apply():
    stop = target.function(ecs, "_stop_task", ["data"])
    reconcile = target.function(ecs, "_reconcile_service_tasks", ["cluster_name", "svc_key"])
    for action in ("UpdateTaskProtection", "GetTaskProtection"):
        if action not in ecs._ACTION_MAP:
            raise target.TargetMissing(f"the action {action}", ecs.__name__)

    def stop_unprotected(data):
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        task = ecs._resolve_task(data.get("task", ""), cluster)
        if task is None or data.get("reason") not in WAITING:
            return stop(data)
        if task.get("lastStatus") == "RUNNING" and not is_protected(task):
            return stop(data)
        if data["reason"] == SCALE_IN:
            for other in list(ecs._tasks.values()):
                same = all(other.get(key) == task.get(key) for key in ("clusterArn", "group"))
                if same and other.get("lastStatus") == "RUNNING" and not is_protected(other):
                    return stop({**data, "task": other["taskArn"]})
        return ecs.json_response({"task": ecs._sanitize(task)})

    def release(task, account, region):
        with request_scope(account, region):
            cluster = ecs._cluster_name_from_arn(task["clusterArn"])
            if not is_protected(task):
                reconcile(cluster, f"{cluster}/{task['group'].split(':', 1)[1]}")

    def answer(data, change):
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        tasks, failures = [], []
        for reference in data.get("tasks", []):
            task = ecs._resolve_task(reference, cluster)
            if task is None or not task.get("group", "").startswith("service:"):
                failures.append({"arn": reference, "reason": "MISSING" if task is None else "TASK_NOT_VALID"})
                continue
            change(task)
            protection = {"taskArn": task["taskArn"], "protectionEnabled": is_protected(task)}
            if is_protected(task):
                protection["expirationDate"] = task[UNTIL]
            tasks.append(protection)
        return ecs.json_response({"protectedTasks": tasks, "failures": failures})

    def update(data):
        seconds = 60 * int(data.get("expiresInMinutes") or DEFAULT_MINUTES)
        account, region = ecs.get_account_id(), ecs.get_region()

        def change(task):
            if not data.get("protectionEnabled"):
                task.pop(UNTIL, None)
                return release(task, account, region)
            task[UNTIL] = time.time() + seconds
            timer = threading.Timer(seconds + 1, release, (task, account, region))
            timer.daemon = True
            timer.start()

        return answer(data, change)

    ecs._stop_task = stop_unprotected
    ecs._ACTION_MAP.update(UpdateTaskProtection=update, GetTaskProtection=lambda data: answer(data, lambda task: None))
