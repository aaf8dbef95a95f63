"""A function's process sees what Lambda gives it and nothing of the emulator; its initialisation has ten seconds.

ministack hands its own environment on, and waits for a function's top-level code for ever.
"""

import subprocess
import threading

from ministack.core import lambda_runtime

from . import target

INIT_SECONDS = 10
# What of the emulator's environment a process on this machine needs to run at all.
# The mark of the run is how a worker is found whose parent was killed.
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "NODE_PATH", "LAMBDA_TASK_ROOT", "TRIPLANE_PROCESS")
GIVEN = ("AWS_", "_LAMBDA_")


class InitTimeout(RuntimeError):
    """A function whose top-level code takes longer than Lambda allows."""


class Start:
    """One start of a worker, from its first step until its top-level code is done."""

    def __init__(self, config):
        self.config = config
        self.process = None
        self.done = threading.Event()
        self.late = False

    def limit(self):
        if not self.done.wait(INIT_SECONDS) and self.process is not None:
            self.late = True
            self.process.kill()


_current = threading.local()


def function_environment(config, env):
    declared = config.get("Environment", {}).get("Variables", {})
    kept = {key: value for key, value in env.items() if key in declared or key in KEPT or key.startswith(GIVEN)}
    kept.update(
        TZ=":UTC",
        AWS_EXECUTION_ENV=f"AWS_Lambda_{config.get('Runtime', '')}",
        AWS_LAMBDA_INITIALIZATION_TYPE="on-demand",
        AWS_LAMBDA_LOG_GROUP_NAME=(config.get("LoggingConfig") or {}).get("LogGroup")
        or f"/aws/lambda/{config.get('FunctionName', '')}",
        _HANDLER=config.get("Handler", ""),
        # The warning is about ministack's worker, and would be in every function's log.
        NODE_OPTIONS=f"{declared.get('NODE_OPTIONS', '')} --disable-warning=DEP0169".strip(),
    )
    return kept


class Subprocess:
    """The module ``subprocess`` as the worker's code sees it."""

    def __getattr__(self, name):
        return getattr(subprocess, name)

    def Popen(self, command, **options):
        start = getattr(_current, "start", None)
        if start is None:
            return subprocess.Popen(command, **options)
        start.process = subprocess.Popen(
            command, **{**options, "env": function_environment(start.config, options["env"])}
        )
        return start.process


def apply():
    spawn = target.function(lambda_runtime.Worker, "_spawn", ["self"])
    if lambda_runtime.subprocess is not subprocess:
        raise target.TargetMissing("the import of subprocess", lambda_runtime.__name__)

    def limited_spawn(self):
        start = _current.start = Start(self.config)
        threading.Thread(target=start.limit, daemon=True, name=f"init-{self.func_name}").start()
        try:
            spawn(self)
        except RuntimeError as error:
            if start.late:
                raise InitTimeout(f"Init took longer than {INIT_SECONDS} s and was ended") from error
            raise
        finally:
            start.done.set()
            _current.start = None

    lambda_runtime.subprocess = Subprocess()
    lambda_runtime.Worker._spawn = limited_spawn
