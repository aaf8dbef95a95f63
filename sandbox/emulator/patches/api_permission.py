"""A REST API may invoke a function only where the function's resource policy allows it (``aws.lambda.Permission``).

Without a matching statement an integration is a 500 API_CONFIGURATION_ERROR and an authorizer a 500
AUTHORIZER_CONFIGURATION_ERROR, as on AWS. ministack invokes anyway. Integrations that name a role are not checked here.
"""

import re

from ministack.core.arn import execute_api_arn
from ministack.services import apigateway_v1 as api
from ministack.services import lambda_svc

from . import target

SERVICE = "apigateway.amazonaws.com"
ACTIONS = ("lambda:InvokeFunction", "lambda:*", "*")


def listed(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def condition_holds(condition, source_arn, account):
    known = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}
    for operator, tests in condition.items():
        for key, wanted in tests.items():
            value = known.get(key.lower())
            # A key that an API never sends does not hold, nor does an operator that is not known here.
            if value is None or operator not in ("ArnLike", "ArnEquals", "StringLike", "StringEquals"):
                return False
            if not any(like(each, value) if "Like" in operator or operator == "ArnEquals" else each == value
                       for each in listed(wanted)):
                return False
    return True


def allows(policy, function_arn, source_arn, account):
    """Whether a statement lets the API with this source ARN invoke the function (its alias or version, where named)."""
    def matches(statement):
        principal = statement.get("Principal")
        services = listed(principal.get("Service", [])) if isinstance(principal, dict) else []
        return (
            (principal == "*" or SERVICE in services)
            and any(action in ACTIONS for action in listed(statement.get("Action", [])))
            and any(like(resource, function_arn) for resource in listed(statement.get("Resource", [])))
            and condition_holds(statement.get("Condition") or {}, source_arn, account)
        )

    matching = [statement.get("Effect") for statement in policy.get("Statement", []) if matches(statement)]
    return "Allow" in matching and "Deny" not in matching


def permitted(uri, source_arn, account, region):
    reference = api._extract_lambda_ref_from_integration_uri(uri or "")
    if not reference.startswith("arn:"):
        return True
    name, qualifier = lambda_svc._lambda_function_name_and_qualifier_from_arn(reference)
    function = lambda_svc._functions.get_scoped(account, region, name)
    # A function that is not there is ministack's own error.
    if function is None:
        return True
    arn = function["config"]["FunctionArn"]
    return allows(function["policy"], f"{arn}:{qualifier}" if qualifier else arn, source_arn, account)


def apply():
    authorize = target.function(api, "_invoke_authorizer_lambda", ["authorizer", "event", "account_id", "region"])
    target.function(lambda_svc, "_lambda_function_name_and_qualifier_from_arn", [])
    target.function(api, "_extract_lambda_ref_from_integration_uri", ["uri"])
    target.function(lambda_svc._functions, "get_scoped", [])

    def guarded(invoke):
        async def run(integration, api_id, stage_name, stage, resource, path, method, *args, **kwargs):
            account, region = kwargs["owner_account_id"], kwargs["owner_region"]
            source = execute_api_arn(region, account, api_id, stage_name, method, resource["path"])
            if not integration.get("credentials") and not permitted(integration.get("uri"), source, account, region):
                return api._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            return await invoke(integration, api_id, stage_name, stage, resource, path, method, *args, **kwargs)

        return run

    async def guarded_authorize(authorizer, event, account_id, region):
        api_id = event["methodArn"].split(":")[5].split("/")[0]
        source = f"arn:aws:execute-api:{region}:{account_id}:{api_id}/authorizers/{authorizer['id']}"
        if not authorizer.get("authorizerCredentials") and not permitted(
            authorizer.get("authorizerUri"), source, account_id, region
        ):
            return None
        return await authorize(authorizer, event, account_id, region)

    for name in ("_invoke_lambda_proxy_v1", "_invoke_lambda_custom_v1"):
        setattr(api, name, guarded(target.function(api, name, ["integration"])))
    api._invoke_authorizer_lambda = guarded_authorize
