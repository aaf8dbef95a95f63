"""A task that an agent runs is STOPPED when the agent says so, with the exit codes of its containers; until then StopTask
only asks for it. The service replaces a task that ended by itself or was stopped by hand.

ministack marks a task as stopped with exit code 0 in the call, and acknowledges what an agent reports without reading it.
Tasks that no agent has taken stay as they are there.
"""

from ministack.core.concurrency import resource_lock
from ministack.services import ecs

from . import target

NAMES = ("_mark_task_stopped", "_task_is_active", "_resolve_task", "_refresh_service_state", "_recount_cluster")
REPORTED = "_agent"


def apply():
    stock_stop = target.function(ecs, "_stop_task", ["data"])
    target.function(ecs, "_submit_task_state_change", ["data"])
    target.function(ecs, "_reconcile_service_tasks", ["cluster_name", "svc_key"])
    for name in NAMES:
        target.function(ecs, name, [])
    for action in ("StopTask", "SubmitTaskStateChange"):
        if action not in ecs._ACTION_MAP:
            raise target.TargetMissing(f"the action {action}", ecs.__name__)

    def find(data):
        cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
        return cluster, ecs._resolve_task(data.get("task", ""), cluster) if cluster else None

    def refresh(cluster, task):
        ecs._recount_cluster(cluster)
        ecs._refresh_service_state(cluster, task.get("group", ""))

    def stop(data, code="ServiceSchedulerInitiated"):
        cluster, task = find(data)
        if task is None or not task.get(REPORTED):
            return stock_stop(data)
        with resource_lock("ecs-task", task["taskArn"]):
            if ecs._task_is_active(task["taskArn"], task):
                ecs._bump_task_version(task)
                task["desiredStatus"] = "STOPPED"
                task["lastStatus"] = "STOPPING"
                task["stoppingAt"] = ecs._iso()
                task["stoppedReason"] = data.get("reason", "Task stopped by user")
                task["stopCode"] = code
        refresh(cluster, task)
        return ecs.json_response({"task": ecs._sanitize(task)})

    def stop_by_hand(data):
        response = stop(data, "UserInitiated")
        cluster, task = find(data)
        group = (task or {}).get("group", "")
        if group.startswith("service:"):
            ecs._reconcile_service_tasks(cluster, f"{cluster}/{group.split(':', 1)[1]}")
        return response

    def submit(data):
        cluster, task = find(data)
        if task is None:
            return ecs.error_response_json("ClientException", "The referenced task was not found.", 400)
        if data.get("status") != "STOPPED":
            task[REPORTED] = True
            return ecs.json_response({"acknowledgment": "ACCEPT"})
        codes = {each.get("containerName"): each.get("exitCode") for each in data.get("containers", [])}
        ended = any(code is not None for code in codes.values())
        with resource_lock("ecs-task", task["taskArn"]):
            for container in task.get("containers", []):
                if codes.get(container["name"]) is not None:
                    container["exitCode"] = codes[container["name"]]
            asked = task.get("lastStatus") == "STOPPING"
            if asked:
                ecs._bump_task_version(task)
                task["lastStatus"] = "STOPPED"
                task["stoppedAt"] = task["executionStoppedAt"] = ecs._iso()
                for container in task.get("containers", []):
                    container["lastStatus"] = "STOPPED"
        if asked:
            refresh(cluster, task)
        else:
            ecs._mark_task_stopped(
                task["taskArn"],
                task,
                data.get("reason") or "Essential container in task exited",
                "EssentialContainerExited" if ended else "TaskFailedToStart",
            )
        return ecs.json_response({"acknowledgment": "ACCEPT"})

    ecs._stop_task = stop
    ecs._submit_task_state_change = submit
    ecs._ACTION_MAP.update(StopTask=stop_by_hand, SubmitTaskStateChange=submit)
