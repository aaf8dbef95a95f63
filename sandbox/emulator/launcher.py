"""Starts the embedded AWS: ministack, in the one version that the patches fit, with every patch applied.

Not a fork: whatever AWS does that ministack does too stays as it is. Settings come by environment variables (see
emulator.ts). It ends with its parent: when standard input is a pipe and closes, so does this.
"""

import os
import signal
import stat
import sys
import threading
from importlib import metadata

MINISTACK_VERSION = "1.5.33"
# How long a shutdown may take before the process is ended all the same.
SHUTDOWN_SECONDS = 5


def check_version():
    try:
        found = metadata.version("ministack")
    except metadata.PackageNotFoundError:
        sys.exit(
            f"The embedded AWS is not installed for {sys.executable}. "
            f"Run: {sys.executable} -m pip install ministack=={MINISTACK_VERSION}"
        )
    if found != MINISTACK_VERSION:
        sys.exit(
            f"The launcher's patches fit ministack {MINISTACK_VERSION}, but {sys.executable} has {found}. "
            f"Run: {sys.executable} -m pip install ministack=={MINISTACK_VERSION}"
        )


def end_with_parent():
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def watch():
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(SHUTDOWN_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def main():
    check_version()
    end_with_parent()
    from patches import apply_all
    from patches.target import TargetMissing

    try:
        apply_all()
    except TargetMissing as missing:
        sys.exit(str(missing))
    from ministack.app import main as serve

    sys.argv = ["ministack"]
    serve()


main()
