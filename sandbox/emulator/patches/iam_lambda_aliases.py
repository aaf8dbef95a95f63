"""IAM knows reading, moving and deleting one alias of a function by their own actions.

ministack takes each for ListAliases.
"""

from ministack.core import iam_actions

from . import target

ACTIONS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def apply():
    stock = target.function(iam_actions, "_lambda_action", ["method", "path"])

    def action(method, path):
        parts = [part for part in path.split("/") if part]
        if "functions" in parts and len(parts[parts.index("functions") :]) == 4 and parts[-2] == "aliases":
            return ACTIONS.get(method)
        return stock(method, path)

    iam_actions._lambda_action = action
