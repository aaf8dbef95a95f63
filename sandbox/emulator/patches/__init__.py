"""What ministack 1.5.33 does unlike AWS and the platform depends on: one file a difference, applied at start-up.

Each patch checks that what it replaces is still there and raises TargetMissing where it is not.
"""

from . import (
    api_authorizer_key,
    api_body_limit,
    api_lambda_errors,
    api_patch_operations,
    api_permission,
    api_timeout,
    api_trace,
    ecs_task_protection,
    ecs_task_states,
    iam_ecs_resources,
    iam_lambda_aliases,
    iam_secure_transport,
    iam_task_tokens,
    lambda_code_cache,
    lambda_environment,
    lambda_error_names,
    lambda_logs,
    lambda_weighted_aliases,
    scheduler_context,
    sfn_succeed_output,
    sfn_task_exit_codes,
    sqs_long_poll_gone,
)

# In order: later ones wrap what earlier ones left.
PATCHES = (
    lambda_logs,
    lambda_error_names,
    lambda_weighted_aliases,
    lambda_code_cache,
    lambda_environment,
    api_lambda_errors,
    api_trace,
    api_timeout,
    api_permission,
    api_authorizer_key,
    api_body_limit,
    api_patch_operations,
    iam_secure_transport,
    iam_ecs_resources,
    iam_lambda_aliases,
    iam_task_tokens,
    ecs_task_states,
    ecs_task_protection,
    sfn_task_exit_codes,
    sfn_succeed_output,
    scheduler_context,
    sqs_long_poll_gone,
)


def apply_all():
    for patch in PATCHES:
        patch.apply()
