"""A REST API refuses bodies over 10 MB with REQUEST_TOO_LARGE; ministack passes them on."""

from ministack.services import apigateway_v1 as api

from . import target

LIMIT_BYTES = 10 * 1024 * 1024


def apply():
    execute = target.function(
        api, "_execute_in_scope", ["request", "api_id", "stage_name", "method", "path", "headers", "body"]
    )

    async def limited(request, api_id, stage_name, method, path, headers, body, *args):
        stage = api._stages_v1.get(api_id, {}).get(stage_name)
        if stage and body and len(body) > LIMIT_BYTES:
            request["stage"] = stage
            return api._GatewayError(
                "REQUEST_TOO_LARGE",
                f"HTTP content length exceeded {LIMIT_BYTES} bytes.",
                "RequestEntityTooLargeException",
            )
        return await execute(request, api_id, stage_name, method, path, headers, body, *args)

    api._execute_in_scope = limited
