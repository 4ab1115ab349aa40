"""A whole log as a folder that tlog-tiles describes, packed as a ZIP while it is sent: `checkpoint` and `tile/…`."""

from collections.abc import Iterator
from io import RawIOBase
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from integrations.audit.proof.formats import TileName
from integrations.audit.proof.logs import Log
from integrations.audit.proof.merkle import HASH_SIZE, WIDTH, tiles_of
from integrations.audit.proof.models import Checkpoint
from integrations.audit.proof.proving import bundle


class _Pipe(RawIOBase):
    """Takes what is written until it is taken away."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def packed(log: Log, checkpoint: Checkpoint) -> Iterator[bytes]:
    """The ZIP file, in parts, of the log as it was at this checkpoint. Entries of which one is gone are left out."""
    pipe = _Pipe()
    with ZipFile(pipe, "w") as archive:
        for path, data in _files(log, checkpoint):
            file = ZipInfo(path, date_time=checkpoint.created_at.timetuple()[:6])
            archive.writestr(file, data, ZIP_DEFLATED if path.startswith("tile/entries") else ZIP_STORED)
            yield pipe.take()
    yield pipe.take()


def _files(log: Log, checkpoint: Checkpoint) -> Iterator[tuple[str, bytes]]:
    yield "checkpoint", checkpoint.note.encode()
    for level, full, width in tiles_of(checkpoint.size):
        for index in range(full + bool(width)):
            name = TileName(level, index, WIDTH if index < full else width)
            yield f"tile/{name.path}", log.read_tile(level, index)[: name.width * HASH_SIZE]
            if level == 0 and (entries := bundle(log, index * WIDTH, index * WIDTH + name.width)):
                yield f"tile/{TileName(None, index, name.width).path}", entries
