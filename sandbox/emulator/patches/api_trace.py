"""One trace from the API to the function: the request's X-Amzn-Trace-Id, or a new one, is in the event's headers and,
where the function traces actively, in its _X_AMZN_TRACE_ID. ministack starts a new trace at each function.
"""

import contextvars
import secrets
import time

from ministack.services import apigateway_v1 as api
from ministack.services import lambda_svc

from . import target

HEADER = "X-Amzn-Trace-Id"
_header = contextvars.ContextVar("trace_header", default=None)


def new_trace():
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def apply():
    invoke = target.function(api, "_invoke_lambda_proxy_v1", [])
    build = target.function(api, "_build_lambda_event_v1", ["api_id"])
    trace_id = target.function(lambda_svc, "_xray_trace_id_for_invocation", ["config", "inbound_trace_header"])

    def build_with_trace(*args, **kwargs):
        event = build(*args, **kwargs)
        sent = [name for name in event["headers"] if name.lower() == HEADER.lower()]
        header = event["headers"][sent[0]] if sent else new_trace()
        for name in sent:
            event["headers"].pop(name)
            event["multiValueHeaders"].pop(name, None)
        event["headers"][HEADER] = header
        event["multiValueHeaders"][HEADER] = [header]
        _header.set(header)
        return event

    def continued(config, inbound_trace_header=None):
        own = trace_id(config, inbound_trace_header)
        header = _header.get()
        if own is None or header is None:
            return own
        fields = dict(part.split("=", 1) for part in header.split(";") if "=" in part)
        if "Root" not in fields:
            return own
        return f"Root={fields['Root']};Parent={secrets.token_hex(8)};Sampled={fields.get('Sampled', '1')}"

    async def scoped(*args, **kwargs):
        token = _header.set(None)
        try:
            return await invoke(*args, **kwargs)
        finally:
            _header.reset(token)

    api._build_lambda_event_v1 = build_with_trace
    api._invoke_lambda_proxy_v1 = scoped
    lambda_svc._xray_trace_id_for_invocation = continued
