"""Trains a sample model and leaves model.onnx, manifest.json and heldout.json in a directory.

The command line and the entry point of the container; the training is in training.py.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

# Run as a script from anywhere, and loaded as a module by tests: both find the files beside this one.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from lineage import code_sha256  # noqa: E402
from models import MODULES, load_sample  # noqa: E402
from run import OutputError, demand_free, fill_run, write_run  # noqa: E402
from sample import QualityError  # noqa: E402

EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 130, 143
SEED_MAX = 2**32 - 1
SLOW_MS = 1000
DEFECTS = {
    "errors": "fails on rows with a value above all that the data set has in that column",
    "slow": "takes longer for each request, by --slow-ms",
    "skew": "was trained and measured on columns in another unit, so it misreads requests",
}

ENV_MODEL, ENV_OUTPUT = "TRIPLANE_MODEL", "TRIPLANE_RUN_DIRECTORY"
ENV_IMAGE, ENV_DATASET = "TRIPLANE_TRAIN_IMAGE", "TRIPLANE_DATASET"
"""What a pipeline's task says (charter/environment.ts)."""

DESCRIPTION = """\
Trains a sample model on real data and exports it to ONNX. The run leaves in --output:

  model.onnx     the model; the same seed gives the same bytes
  manifest.json  signature, metrics on held-out rows, SHA-256, lineage
  heldout.json   rows the model has not seen, what is true of them, and the estimator's own answers

Which rows are held out is the same for every seed, so that versions can be compared on them.
In a pipeline's task, --model is TRIPLANE_MODEL, --output TRIPLANE_RUN_DIRECTORY, and TRIPLANE_TRAIN_IMAGE goes into the lineage.
Nothing is written when a metric misses its floor or the ONNX model differs from the estimator."""

EPILOG = """\
Progress goes to stderr; the last line of stdout is a summary as JSON.
Exit status: 0 trained; 1 not good enough, or the output could not be written; 2 wrong usage.

Example: python samples/train.py --model tumour-risk --output /tmp/tumour-risk"""


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > SEED_MAX:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 0 to {SEED_MAX}')
    return int(text)


def _rows(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number of 1 or more')
    return int(text)


def _floor(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        floor = float(value)
    except ValueError:
        floor = math.nan
    if not name or not math.isfinite(floor):
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=NUMBER, as in accuracy=0.95')
    return name, floor


def _milliseconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 60_000:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 1 to 60000')
    return int(text)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    model, output = environment.get(ENV_MODEL) or None, environment.get(ENV_OUTPUT) or None
    parser.add_argument(
        "--model",
        required=model is None,
        default=model,
        choices=MODULES,
        metavar="NAME",
        help=f"one of: {', '.join(MODULES)}",
    )
    parser.add_argument(
        "--output",
        required=output is None,
        default=output,
        type=Path,
        metavar="DIR",
        help="new or empty directory for the run",
    )
    parser.add_argument("--seed", type=_seed, default=42, metavar="N", help="of the training (default: %(default)s)")
    parser.add_argument(
        "--floor",
        action="append",
        type=_floor,
        default=[],
        metavar="NAME=NUMBER",
        help="demand this of a metric instead of the sample's own floor; may be given again",
    )
    parser.add_argument("--heldout-rows", type=_rows, metavar="N", help="rows to measure on (default: all held-out ones)")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier run in --output")
    parser.add_argument(
        "--defect",
        choices=DEFECTS,
        help="to see a rollback with, a fault that no evaluation sees: "
        + "; ".join(f"{name}: the model {what}" for name, what in DEFECTS.items()),
    )
    parser.add_argument(
        "--slow-ms",
        type=_milliseconds,
        default=SLOW_MS,
        metavar="N",
        help="of --defect slow: about how much longer a request takes (default: %(default)s)",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; answers the exit status."""
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started:6.2f} s] {text}", file=sys.stderr, flush=True)

    def fail(status: int, text: str) -> int:
        print(f"train.py: {text}", file=sys.stderr, flush=True)
        return status

    parser = _parser(os.environ)
    options = parser.parse_args(arguments)
    if options.model not in MODULES:
        parser.error(f"{ENV_MODEL} is {options.model}, which is none of {', '.join(MODULES)}")
    output = Path(os.path.abspath(options.output))
    try:
        demand_free(output, options.overwrite)
    except (OutputError, OSError) as cause:
        return fail(EXIT_USAGE, str(cause))

    say("loading scikit-learn and ONNX")
    try:
        sample = load_sample(options.model)
        # Late, for the second that it takes: --help and a wrong argument are answered at once.
        from training import Options, train
    except ModuleNotFoundError as cause:
        requirements = Path(__file__).resolve().parent / "requirements.txt"
        return fail(
            EXIT_USAGE, f"the package {cause.name} is missing. Run: {sys.executable} -m pip install -r {requirements}"
        )
    floors = {**sample.floors, **dict(options.floor)}
    for name in floors:
        if name not in sample.floorable():
            parser.error(
                f"--floor {name}: not a metric of {sample.name} that can have a floor. "
                f"Use one of {', '.join(sample.floorable())}"
            )

    if os.environ.get(ENV_DATASET):
        say(f"{os.environ[ENV_DATASET]} is not read: the samples train on the data that scikit-learn brings")
    try:
        run = train(
            sample,
            code_sha256=code_sha256(MODULES[sample.name]),
            options=Options(
                seed=options.seed,
                floors=floors,
                held_out_rows=options.heldout_rows,
                defect=options.defect,
                slow_ms=options.slow_ms,
                image=os.environ.get(ENV_IMAGE) or None,
            ),
            progress=say,
        )
        # A task's volume is there before the trainer, and is no directory that a rename could replace.
        volume = os.environ.get(ENV_OUTPUT)
        is_volume = volume and output == Path(os.path.abspath(volume)) and output.is_dir()
        (fill_run if is_volume else write_run)(output, run.files, options.overwrite)
    except (QualityError, OutputError) as cause:
        return fail(EXIT_FAILED, str(cause))

    size = len(run.files["model.onnx"])
    say(f"wrote {output}: a model of {size} bytes, sha256 {run.sha256}")
    summary = {
        "model": sample.name,
        sample.headline: run.metrics[sample.headline],
        "sha256": run.sha256,
        "bytes": size,
        "output": str(output),
    }
    print(json.dumps(summary), flush=True)
    return 0


if __name__ == "__main__":
    # A container is stopped with SIGTERM: leave by an exception, so that what was begun is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
