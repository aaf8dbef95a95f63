"""An integration's ``timeoutInMillis`` ends the request with INTEGRATION_TIMEOUT; the function runs on, as on AWS.

ministack stores it only.
"""

import asyncio

from ministack.services import apigateway_v1 as api

from . import target

DEFAULT_MS = 29_000


def apply():
    invoke = target.function(api, "_invoke_lambda_proxy_v1", [])
    running = set()

    async def limited(integration, *args, **kwargs):
        task = asyncio.ensure_future(invoke(integration, *args, **kwargs))
        running.add(task)
        task.add_done_callback(running.discard)
        done, _ = await asyncio.wait({task}, timeout=int(integration.get("timeoutInMillis") or DEFAULT_MS) / 1000)
        return task.result() if done else api._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")

    api._invoke_lambda_proxy_v1 = limited
