"""``apiKeySource: AUTHORIZER``: the usage plan's key is the authorizer's ``usageIdentifierKey``.

ministack knows the x-api-key header only.
"""

import contextvars
import json

from ministack.services import apigateway_v1 as api

from . import target

# Where the key travels: ministack caches and hands on an authorizer's context and nothing else of its answer.
FIELD = "__usageIdentifierKey"
_key = contextvars.ContextVar("usage_identifier_key", default=None)


def with_key_in_context(result):
    body = result.get("body") if isinstance(result, dict) else None
    if isinstance(body, (str, bytes)):
        try:
            body = json.loads(body)
        except ValueError:
            return result
    if not isinstance(body, dict) or not body.get("usageIdentifierKey"):
        return result
    context = {**(body.get("context") or {}), FIELD: body["usageIdentifierKey"]}
    return {**result, "body": {**body, "context": context}}


def apply():
    authorize = target.function(api, "_authorize_request_v1", ["api_id"])
    invoke = target.function(api, "_invoke_authorizer_lambda", ["authorizer", "event"])
    check = target.function(api, "_check_api_key", ["method_obj", "api_id", "stage_name", "headers"])
    throttle = target.function(
        api, "_check_throttle", ["stage", "api_id", "stage_name", "resource_path", "http_method", "key"]
    )

    def by_authorizer(api_id):
        return (api._rest_apis.get(api_id) or {}).get("apiKeySource") == "AUTHORIZER"

    async def keyed_invoke(*args, **kwargs):
        return with_key_in_context(await invoke(*args, **kwargs))

    async def keyed_authorize(api_id, *args, **kwargs):
        _key.set(None)
        error, context = await authorize(api_id, *args, **kwargs)
        if context and FIELD in context:
            context = dict(context)
            _key.set(context.pop(FIELD))
        return error, context

    def keyed_check(method_obj, api_id, stage_name, headers):
        if by_authorizer(api_id):
            headers = {"x-api-key": _key.get() or ""}
        return check(method_obj, api_id, stage_name, headers)

    def keyed_throttle(stage, api_id, stage_name, resource_path, http_method, key):
        # Without a required key the header's key would count, which such an API does not look at.
        if by_authorizer(api_id) and key is not None and key.get("value") != _key.get():
            key = None
        return throttle(stage, api_id, stage_name, resource_path, http_method, key)

    api._invoke_authorizer_lambda = keyed_invoke
    api._authorize_request_v1 = keyed_authorize
    api._check_api_key = keyed_check
    api._check_throttle = keyed_throttle
