"""A function's code and layers are unpacked once, not at each start of a worker: on AWS no cold start unpacks either.

Workers get hard links to the unpacked files, which are read-only, as they are on AWS.
"""

import hashlib
import os
import shutil
import tempfile
import threading
import zipfile

from ministack.core import lambda_runtime

from . import target

_lock = threading.Lock()
_unpacked = {}


def unpacked(archive, extract):
    """The directory with this archive's files; made by ``extract`` when it is the first of its content."""
    with open(archive, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with _lock:
        if digest not in _unpacked:
            directory = tempfile.mkdtemp(prefix="ministack-code-")
            extract(directory)
            for folder, _, names in os.walk(directory):
                for name in names:
                    os.chmod(os.path.join(folder, name), 0o555)
            _unpacked[digest] = directory
        return _unpacked[digest]


class CachedZipFile(zipfile.ZipFile):
    def extractall(self, path=None, members=None, pwd=None):
        if members is not None or pwd is not None or not isinstance(self.filename, str):
            return super().extractall(path, members, pwd)
        source = unpacked(self.filename, super().extractall)
        shutil.copytree(source, path, copy_function=os.link, dirs_exist_ok=True)


class Zipfile:
    """The module ``zipfile`` as the worker's code sees it."""

    ZipFile = CachedZipFile

    def __getattr__(self, name):
        return getattr(zipfile, name)


def apply():
    if lambda_runtime.zipfile is not zipfile:
        raise target.TargetMissing("the import of zipfile", lambda_runtime.__name__)
    lambda_runtime.zipfile = Zipfile()
