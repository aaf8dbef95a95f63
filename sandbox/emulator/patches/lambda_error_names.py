"""A handler's error keeps its name and stack, as in ``{"errorType": "Error", "errorMessage": …, "trace": […]}``.

ministack calls every error ``Runtime.HandlerError``.
"""

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from . import target

SETTLED = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
THROWN = 'status: "error", error: e.message, trace: e.stack'


class NamedMessage(str):
    """An error's message that remembers the error's name on its way through ministack."""

    name: str
    trace: list


def apply():
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    for text, error in ((SETTLED, "err"), (THROWN, "e")):
        named = f'{text}, errorType: ({error} && {error}.name) || "Error"'
        script = target.replaced(script, text, named, "ministack's Node worker")
    lambda_runtime._NODEJS_WORKER_SCRIPT = script

    invoke = target.function(lambda_runtime.Worker, "invoke", ["self", "event", "request_id"])
    execute = target.function(lambda_svc, "_execute_function_warm", ["func", "event", "request_id"])

    def named_invoke(self, *args, **kwargs):
        result = invoke(self, *args, **kwargs)
        if result.get("status") == "error" and result.get("errorType"):
            message = NamedMessage(result["error"])
            message.name = result["errorType"]
            message.trace = (result.get("trace") or "").splitlines()
            result["error"] = message
        return result

    def named_execute(*args, **kwargs):
        result = execute(*args, **kwargs)
        body = result.get("body")
        message = body.get("errorMessage") if result.get("error") and isinstance(body, dict) else None
        if isinstance(message, NamedMessage):
            body.update(errorType=message.name, trace=message.trace)
        return result

    lambda_runtime.Worker.invoke = named_invoke
    lambda_svc._execute_function_warm = named_execute
