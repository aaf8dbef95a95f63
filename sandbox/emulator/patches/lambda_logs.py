"""Logs of an invocation are complete when it answers, and a silent one does not wait for any.

ministack waits 50 ms for a first log line. Instead the Node worker writes a mark to standard error before its answer
(pipes are written synchronously there), and the log is what came before the mark.
"""

import queue
import time

from ministack.core import lambda_runtime

from . import target

MARK = "\x1etriplane-end-of-log"
# A handler that ends its process never writes the mark.
MARK_SECONDS = 0.25

WRITE = "const _realStdoutWrite = process.stdout.write.bind(process.stdout);"
MARKED_WRITE = """const _plainStdoutWrite = process.stdout.write.bind(process.stdout);
const _plainStderrWrite = process.stderr.write.bind(process.stderr);
const _realStdoutWrite = (text) => {
  _plainStderrWrite("\\n%s\\n");
  return _plainStdoutWrite(text);
};""" % MARK


def apply():
    stock = target.function(lambda_runtime.Worker, "_drain_stderr_bounded", ["self", "first_line_wait"])
    lambda_runtime._NODEJS_WORKER_SCRIPT = target.replaced(
        lambda_runtime._NODEJS_WORKER_SCRIPT, WRITE, MARKED_WRITE, "ministack's Node worker"
    )

    def drain(self):
        if not self.config.get("Runtime", "").startswith("nodejs"):
            return stock(self)
        lines = []
        deadline = time.monotonic() + MARK_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line != MARK:
                lines.append(line)
            elif getattr(self, "_init_marked", None) != self._start_time:
                # The first mark of a process ends its initialisation, whose lines belong to the first invocation.
                self._init_marked = self._start_time
            else:
                break
        return "\n".join(line for line in lines if line)

    drain_now = target.function(lambda_runtime.Worker, "_drain_stderr", ["self"])

    def drain_unmarked(self):
        return "\n".join(line for line in drain_now(self).splitlines() if line and line != MARK)

    lambda_runtime.Worker._drain_stderr_bounded = drain
    lambda_runtime.Worker._drain_stderr = drain_unmarked
