"""An alias splits its calls by its routing weights; ministack stores them only.

GetFunction on such an alias may describe either version.
"""

import random

from ministack.services import lambda_svc

from . import target


def pick(func, qualifier):
    """The version that a call by this qualifier goes to, or the qualifier itself where it has no weights."""
    alias = (func or {}).get("aliases", {}).get(qualifier) if qualifier else None
    weights = ((alias or {}).get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if not weights:
        return qualifier
    left = random.random()
    for version, weight in weights.items():
        if left < weight:
            return version
        left -= weight
    return alias["FunctionVersion"]


def apply():
    record = target.function(lambda_svc, "_effective_func_record_for_qualifier", ["func", "qualifier"])
    invoke = target.function(lambda_svc, "_invoke", ["name", "event", "headers", "path_qualifier", "query_params"])
    first = target.function(lambda_svc, "_qp_first", [])

    async def weighted_invoke(name, event, headers, path_qualifier=None, query_params=None):
        qualifier = path_qualifier or first(query_params or {}, "Qualifier") or None
        return await invoke(name, event, headers, pick(lambda_svc._functions.get(name), qualifier), query_params)

    lambda_svc._effective_func_record_for_qualifier = lambda func, qualifier: record(func, pick(func, qualifier))
    lambda_svc._invoke = weighted_invoke
