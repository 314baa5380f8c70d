"""`tune`: the text encoder fitted to the site's own events, or back to the one it came with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from agent.commands.options import HERE, HomeOption, JsonOption, existing
from agent.commands.output import emit, note, say, stderr, table

if TYPE_CHECKING:
    from tools.tune.run import Told

FIGURES = ("together", "words")
NEXT = "Run `tastemaker train` to use it."


def tune(
    method: Annotated[
        Literal["lora", "full"], typer.Option(help="Low-rank matrices beside the weights, or all weights.")
    ] = "lora",
    epochs: Annotated[int, typer.Option(min=1, help="At most; it stops when dev gets no better.")] = 10,
    batch: Annotated[int, typer.Option(min=2, help="Pairs a step, each of two items and a request.")] = 32,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate; default 1e-3 for lora, 5e-5 for full.")] = None,
    patience: Annotated[int, typer.Option(min=1, help="Epochs without a better one, after which it stops.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the split, the pairs and the start.")] = 0,
    log: Annotated[
        Literal["tensorboard", "wandb", "none"], typer.Option(help="Where the curves go; files lie in HOME/runs.")
    ] = "tensorboard",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the tuning that was cut off.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Back to the encoder as it came.")] = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the text encoder on what people liked together; used by the next training if it is better on dev."""
    place = existing(home)
    if off:
        from tools.tune import kept

        _told_off(kept.switch_off(place), as_json)
        return
    if lr is not None and not 0 < lr < 1:
        raise typer.BadParameter(f"{lr} is no learning rate; give one between 0 and 1", param_hint="--lr")
    from tools.tune import run
    from tools.tune.settings import Settings
    from tools.tune.unfinished import place as unfinished

    settings = Settings(method=method, epochs=epochs, batch=batch, lr=lr, patience=patience, seed=seed)
    if dry_run:
        _told_plan(run.plan(place, settings), as_json)
        return
    if not resume and unfinished(place).is_file():
        note("A tuning was cut off here; it is begun anew (--resume would have gone on with it).")
    try:
        with _bar(epochs) as told:
            report = run.tune(place, settings, log, resume, told)
    except KeyboardInterrupt:
        note("Stopped. The epochs that were done are kept: --resume goes on with them.")
        raise
    if as_json:
        emit(report)
    else:
        _told(report)


def _told(report: dict[str, Any]) -> None:
    rows = [(part, *_row(report[part], figure)) for part in ("dev", "test") for figure in FIGURES]
    table(("part", "figure", "base", "tuned"), rows, numbers=("base", "tuned"))
    if not report["kept"]:
        say(f"Tuning did not beat the base on dev, so nothing changes: the encoder stays {report['encoder']}.")
        return
    for part in ("dev", "test"):
        gain = report[part]["gain"]
        say(f"{part}: together {gain['together']:+.4f} ± {gain['together_se']:.4f}")
    say(f"Encoder {report['encoder']}, from epoch {report['best_epoch']} of {len(report['history'])}. {NEXT}")


def _row(part: dict[str, dict[str, float]], figure: str) -> tuple[str, str, str]:
    tuned = part.get("tuned")
    return figure, f"{part['base'][figure]:.4f}", f"{tuned[figure]:.4f}" if tuned else "-"


def _told_plan(plan: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(plan)
        return
    data = plan["data"]
    for name in ("items", "likes"):
        say(f"{name}: " + ", ".join(f"{part} {count:,}" for part, count in data[name].items()))
    say(f"{data['pairs']:,} pairs to draw from; at most {plan['steps']:,} steps")
    for part, asked in data["asked"].items():
        say(f"{part}: {asked['for']} items asked for with {asked['with']}, and {asked['words']} requests in words")
    say("Nothing was changed.")


def _told_off(was: str | None, as_json: bool) -> None:
    if as_json:
        emit({"off": was})
    elif was is None:
        say("No tuned encoder was in use.")
    else:
        say(f"{was} is off: the next `tastemaker train` takes the encoder as it came.")


@contextmanager
def _bar(epochs: int) -> Iterator[Told]:
    """A bar of the epoch at work, and a line for each that is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = stderr()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=None)

        def told(epoch: int, step: int, of: int, values: Mapping[str, float]) -> None:
            words = "  ".join(f"{name} {value:.4f}" for name, value in values.items())
            if "together" in values:
                progress.console.print(f"{f'epoch {epoch} of {epochs}' if epoch else 'base'}: {words}", markup=False)
            progress.update(task, description=f"epoch {epoch}: {words}", completed=step, total=of)

        yield told


COMMANDS = (tune,)
