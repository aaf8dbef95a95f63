"""How a patch names what it replaces, so that another version fails at its start and not in the middle of a request."""

import inspect


class TargetMissing(RuntimeError):
    def __init__(self, what, where):
        super().__init__(
            f"A patch of the embedded AWS no longer fits: {what} is not in {where}. "
            "Install the ministack version that the launcher names, or renew the patch."
        )


def function(module, name, parameters):
    """The module's function of that name, which must still begin with these parameters."""
    found = getattr(module, name, None)
    if found is None:
        raise TargetMissing(name, module.__name__)
    if tuple(inspect.signature(found).parameters)[: len(parameters)] != tuple(parameters):
        raise TargetMissing(f"{name}({', '.join(parameters)}, …)", module.__name__)
    return found


def replaced(text, old, new, where):
    """The text with its only occurrence of ``old`` replaced."""
    if text.count(old) != 1:
        raise TargetMissing(f"the text {old!r}", where)
    return text.replace(old, new)
