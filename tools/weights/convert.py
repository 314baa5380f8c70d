"""GGUF to a folder that vLLM serves. Run as a process of its own, so that its memory goes back when it ends.

    python -m tools.weights.convert model.gguf folder [--tied]

The weights are dequantised to float32, the fastest type on CPUs without AVX-512 (on a GPU vLLM halves them itself).
The tokenizer and the chat template come out of the same file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tools.errors import TastemakerError


def convert(gguf: Path, folder: Path, tied: bool) -> None:
    """Write config, safetensors, tokenizer and template of `gguf` into `folder`.

    `tied`: the original model shares one matrix between input embedding and output layer. GGUF files keep two
    quantisations of it; the output's, being finer, then serves both, as in the original.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    # Dequantised by now; else save_pretrained would write, and vLLM believe, that it is GGUF.
    model.hf_quantizer = None
    model.is_quantized = False
    vars(model.config).pop("quantization_config", None)
    if tied:
        model.get_input_embeddings().weight = model.get_output_embeddings().weight
        model.config.tie_word_embeddings = True
        model.tie_weights()
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)


def convert_apart(gguf: Path, folder: Path, tied: bool) -> None:
    """`convert` in a child process.

    Raises:
        TastemakerError: it failed; the message ends with what it last said.
    """
    command = [sys.executable, "-m", "tools.weights.convert", str(gguf), str(folder), *(["--tied"] if tied else [])]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if run.returncode:
        said = run.stderr.strip().splitlines()[-1:] or [f"exit {run.returncode}"]
        raise TastemakerError(
            f"{gguf.name} could not be converted for vLLM: {said[0]}. Converting takes about three times the model's "
            "size in memory; free some, or keep the model ready converted in TASTEMAKER_MODELS_DIR."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert a GGUF file to a folder that vLLM serves.")
    parser.add_argument("gguf", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tied", action="store_true", help="input embedding and output layer are one matrix")
    args = parser.parse_args()
    convert(args.gguf, args.folder, args.tied)


if __name__ == "__main__":
    main()
