"""``aws:SecureTransport`` is true: the loopback address stands for TLS here, so that a policy that refuses plain HTTP
can be deployed as it is. ministack evaluates it by the protocol and would refuse every request.
"""

from ministack.core import iam_evaluator

from . import target


def apply():
    resolve = target.function(iam_evaluator, "_resolve_condition_key", ["key", "ctx"])

    def secure(key, ctx):
        return "true" if key.lower() == "aws:securetransport" else resolve(key, ctx)

    iam_evaluator._resolve_condition_key = secure
