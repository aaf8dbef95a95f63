"""What a REST API answers where its function fails: never the function's own words.

On AWS a thrown, timed out or malformed answer of a proxy integration is a 502, a throttled function a 500
INTEGRATION_FAILURE, both through the gateway responses. ministack shows the function's error or its 429.
Also here, because it is the same event: of a repeated query parameter the function's plain map has the last value.
"""

from ministack.services import apigateway_v1 as api
from ministack.services import lambda_svc

from . import target

MESSAGE = "Internal server error"


def failure(response_type, status):
    """A gateway error with the status that AWS gives it where no gateway response sets another."""
    error = api._GatewayError(response_type, MESSAGE, "InternalServerErrorException")
    error.status = status
    return error


def malformed(payload):
    if not isinstance(payload, dict) or "statusCode" not in payload:
        return True
    if not isinstance(payload.get("body", ""), (str, type(None))):
        return True
    try:
        return not 100 <= int(payload["statusCode"]) <= 599
    except (TypeError, ValueError):
        return True


def apply():
    invoke = target.function(api, "_invoke_lambda_proxy_v1", ["integration", "api_id", "stage_name"])
    respond = target.function(api, "_gateway_error_response", ["error", "request"])
    build = target.function(api, "_build_lambda_event_v1", ["api_id", "stage_name"])
    target.function(api, "_lambda_proxy_response", ["result"])
    target.function(lambda_svc, "lambda_execute_result_to_api_proxy_response", ["exec_result"])

    class Failed(Exception):
        def __init__(self, error):
            super().__init__()
            self.error = error

    def proxy_response(result):
        if result.get("throttle"):
            raise Failed(failure("INTEGRATION_FAILURE", 500))
        if result.get("error") or malformed(result.get("body")):
            raise Failed(failure("DEFAULT_5XX", 502))
        return result["body"], None

    async def plain_invoke(*args, **kwargs):
        try:
            return await invoke(*args, **kwargs)
        except Failed as failed:
            return failed.error

    def respond_with_status(error, request):
        status, headers, body = respond(error, request)
        customized = api._deployed_gateway_responses.get(request["api_id"], {}).get(
            request["stage"].get("deploymentId")
        )
        own = (customized or {}).get(error.response_type, {})
        # A stored response of DEFAULT_5XX has a status only where one was set; the other types' have always.
        if hasattr(error, "status") and "statusCode" not in own:
            status = error.status
        return status, headers, body

    def build_with_last(api_id, *args, **kwargs):
        event = build(api_id, *args, **kwargs)
        lists = event.get("multiValueQueryStringParameters")
        if lists:
            event["queryStringParameters"] = {key: values[-1] for key, values in lists.items() if values}
        return event

    api._lambda_proxy_response = proxy_response
    api._invoke_lambda_proxy_v1 = plain_invoke
    api._gateway_error_response = respond_with_status
    api._build_lambda_event_v1 = build_with_last
