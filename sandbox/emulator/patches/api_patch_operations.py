"""API Gateway's patch operations carry strings; what they stand for is typed, and a plan's stages are a list.

ministack stores the strings, of which "false" is true, and puts ``apiId:stage`` in the place of the list.
"""

from ministack.services import apigateway_v1 as api

from . import target

BOOLEANS = ("apiKeyRequired", "enabled", "disableExecuteApiEndpoint")
NUMBERS = ("timeoutInMillis", "authorizerResultTtlInSeconds", "rateLimit", "burstLimit", "limit", "offset")


def typed(operation):
    field = operation.get("path", "").rsplit("/", 1)[-1]
    value = operation.get("value")
    if field in BOOLEANS and isinstance(value, str):
        return {**operation, "value": value.lower() == "true"}
    if field in NUMBERS and isinstance(value, str):
        return {**operation, "value": float(value) if "." in value else int(value)}
    return operation


def change_stages(plan, operation):
    api_id, _, stage = operation.get("value", "").partition(":")
    others = [each for each in plan.get("apiStages") or [] if (each.get("apiId"), each.get("stage")) != (api_id, stage)]
    added = [{"apiId": api_id, "stage": stage}] if operation.get("op") == "add" else []
    plan["apiStages"] = others + added


def apply():
    stock = target.function(api, "_apply_patch", ["obj", "patch_ops"])

    def apply_patch(obj, patch_ops):
        for operation in patch_ops:
            if operation.get("path") == "/apiStages":
                change_stages(obj, operation)
            else:
                stock(obj, [typed(operation)])
        return obj

    api._apply_patch = apply_patch
