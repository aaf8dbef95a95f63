"""ECS authorises an action on what it acts on: a task, a service, a task definition. So do the roles that are written for it.

ministack takes the cluster for the resource of all three.
"""

import json

from ministack.core import iam_actions

from . import target


def first(value):
    return (value[0] if value else "") if isinstance(value, list) else value or ""


def resource(request, region, account):
    cluster = str(request.get("cluster") or "default").rsplit("/", 1)[-1]
    task = first(request.get("task") or request.get("tasks"))
    service = first(request.get("service") or request.get("services") or request.get("serviceName"))
    definition = request.get("taskDefinition") or ""
    for kind, name, path in (
        ("task", task, f"{cluster}/{task}"),
        ("service", service, f"{cluster}/{service}"),
        ("task-definition", definition, definition),
    ):
        if isinstance(name, str) and name:
            return name if name.startswith("arn:") else f"arn:aws:ecs:{region}:{account}:{kind}/{path}"
    return None


def apply():
    stock = target.function(
        iam_actions,
        "extract_resource_arn",
        ["service", "method", "path", "headers", "body", "query_params", "region", "account_id"],
    )

    def extract(service, method, path, headers, body, query_params, region, account_id):
        if service == "ecs" and body:
            try:
                request = json.loads(body)
            except ValueError:
                request = None
            found = resource(request, region, account_id) if isinstance(request, dict) else None
            if found:
                return found
        return stock(service, method, path, headers, body, query_params, region, account_id)

    iam_actions.extract_resource_arn = extract
