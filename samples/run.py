"""The directory that a run leaves, written whole or not at all. Knows files, not models.

A directory that somebody else has made, as a task's volume, is filled in place; its manifest comes last.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

RUN_FILES = ("model.onnx", "heldout.json", "manifest.json")
"""In the order in which they are put in place."""


class OutputError(Exception):
    """An output directory that can't be used; its message says why and what to do."""


def demand_free(output: Path, overwrite: bool) -> None:
    """Raises OutputError unless `output` is missing, empty, or (with `overwrite`) holds an earlier run alone."""
    if not output.exists() and not output.is_symlink():
        return
    if output.is_symlink() or not output.is_dir():
        raise OutputError(f"--output {output} is not a directory. Name a new or an empty one.")
    entries = sorted(entry.name for entry in output.iterdir())
    if not entries:
        return
    if not overwrite:
        raise OutputError(
            f"--output {output} is not empty: it holds {entries[0]}. "
            "Name a new directory, or add --overwrite to replace the run in it."
        )
    foreign = [name for name in entries if name not in RUN_FILES]
    if foreign:
        raise OutputError(
            f"--output {output} holds {foreign[0]}, which no run has written, so --overwrite does not replace it. "
            "Name another directory."
        )


def write_run(output: Path, files: Mapping[str, bytes], overwrite: bool) -> None:
    """Puts the files in place by one rename, so that a reader sees a whole run or none.

    Raises OutputError; whatever `output` held before is then still there.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    except OSError as cause:
        raise OutputError(
            f"Nothing can be written beside --output {output}: {cause}. Name a directory below a writable one."
        ) from cause
    try:
        fresh = staging / "run"
        fresh.mkdir()
        for name, content in files.items():
            with (fresh / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        # Asked again: the training took a while, and somebody may have used the directory meanwhile.
        demand_free(output, overwrite)
        _replace(fresh, output, staging / "previous")
    except OSError as cause:
        advice = (
            "It is a mount point, which can't be replaced: name a directory below it."
            if cause.errno == errno.EBUSY
            else "Look at the space and the permissions there."
        )
        raise OutputError(f"The run can't be written to --output {output}: {cause}. {advice}") from cause
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def fill_run(output: Path, files: Mapping[str, bytes], overwrite: bool) -> None:
    """Puts the files into a directory that is there already and cannot be replaced, the manifest last.

    Raises OutputError. Whoever finds a manifest finds the whole run: its hashes say so.
    """
    try:
        demand_free(output, overwrite)
        (output / "manifest.json").unlink(missing_ok=True)
        for name in RUN_FILES:
            unfinished = output / f".{name}.unfinished"
            try:
                with unfinished.open("wb") as file:
                    file.write(files[name])
                    file.flush()
                    os.fsync(file.fileno())
                unfinished.rename(output / name)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as cause:
        raise OutputError(
            f"The run can't be written into --output {output}: {cause}. "
            "Let the user of this process write there, and look at the space."
        ) from cause


def _replace(fresh: Path, output: Path, previous: Path) -> None:
    had_one = output.exists()
    if had_one:
        output.rename(previous)
    try:
        fresh.rename(output)
    except BaseException:
        if had_one:
            previous.rename(output)
        raise
