"""Step Functions authorises the answer to a task's token on the workflow that waits for it, also once that has gone on.

ministack demands a permission for everything.
"""

import json
import threading

from ministack.core import iam_actions
from ministack.services import stepfunctions

from . import target

# By token; those of ended tasks stay, as on AWS.
MACHINES = {}
AT_WORK = threading.local()


def machine_of(body):
    try:
        request = json.loads(body)
    except ValueError:
        return None
    token = request.get("taskToken") if isinstance(request, dict) else None
    return MACHINES.get(token) if isinstance(token, str) else None


def apply():
    execute = target.function(stepfunctions, "_execute_task", ["state_def", "raw_input", "execution", "ctx"])
    wait = target.function(stepfunctions, "_invoke_with_callback", ["resource", "input_data", "token", "state_def"])
    stock = target.function(
        iam_actions,
        "extract_resource_arn",
        ["service", "method", "path", "headers", "body", "query_params", "region", "account_id"],
    )

    def execute_task(state_def, raw_input, execution, ctx):
        AT_WORK.machine = ctx["StateMachine"]["Id"]
        return execute(state_def, raw_input, execution, ctx)

    def invoke_with_callback(resource, input_data, token, state_def):
        MACHINES[token] = AT_WORK.machine
        return wait(resource, input_data, token, state_def)

    def extract(service, method, path, headers, body, query_params, region, account_id):
        machine = machine_of(body) if service == "states" and body else None
        return machine or stock(service, method, path, headers, body, query_params, region, account_id)

    stepfunctions._execute_task = execute_task
    stepfunctions._invoke_with_callback = invoke_with_callback
    iam_actions.extract_resource_arn = extract
