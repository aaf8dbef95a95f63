"""A Succeed state in JSONata ends its workflow with its Output.

ministack hands on the state's input.
"""

from ministack.services import stepfunctions

from . import target


def apply():
    stock = target.function(stepfunctions, "_apply_output_path", ["state_def"])
    output_of = target.function(stepfunctions, "_apply_jsonata_output", ["state_def"])
    language_of = target.function(stepfunctions, "_state_query_language", ["state_def"])

    def output_path(state_def, output, ctx=None):
        if state_def.get("Type") == "Succeed" and language_of(state_def, ctx) == "JSONata":
            return output_of(state_def, output, ctx, default=output)
        return stock(state_def, output, ctx)

    stepfunctions._apply_output_path = output_path
