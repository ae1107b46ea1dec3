"""Command line: python -m models."""

import argparse
import os
import sys
from pathlib import Path

from models.neurons.commands import add_commands
from models.nir.commands import add_nir_commands
from models.training.commands import add_commands as add_training_commands

__all__ = ["main"]


def main(arguments=None):
    """Run a command; the exit code is 0, 1 for a refusal, 130 for an interruption."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("interrupted; no file was written", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        if error.name == "matplotlib":
            print("error: plots need matplotlib, which is not installed: pip install 'spikeloom[bench]'", file=sys.stderr)
            return 1
        if error.name in ("nir", "h5py"):
            print(f"error: NIR files need {error.name}, which is not installed: pip install 'spikeloom[nir]'", file=sys.stderr)
            return 1
        if error.name not in ("torch", "sklearn"):
            raise
        print(f"error: training needs {error.name}, which is not installed: pip install 'spikeloom[train]'",
              file=sys.stderr)
    except (OSError, TypeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _parser():
    parser = argparse.ArgumentParser(prog="python -m models", description="Neurons of the catalogue; training of spiking networks; NIR files.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train a network and write its file")
    networks = train.add_subparsers(required=True, metavar="NETWORK")
    digits = networks.add_parser(
        "digits", help="the 64-32-10 network for the UCI handwritten digits",
        description="Train the digits network, its float twin and a logistic regression on the 1,257 training images, "
                    "with five-fold validation figures. The same seed writes the same bytes.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
               "  python -m models train digits\n"
               "  python -m models train digits --seed 7 --out mine.npz\n"
               "  python -m models train digits --epochs 20      a quick, worse one")
    digits.add_argument("--seed", type=int, default=0, help="of every random choice (default 0)")
    digits.add_argument("--epochs", type=int, default=None, help="passes over the training images (default 200)")
    digits.add_argument("--out", type=Path, default=Path("digits.npz"), metavar="FILE",
                        help="network file to write (default digits.npz)")
    digits.set_defaults(run=_train_digits)
    add_training_commands(networks)
    add_commands(commands)
    add_nir_commands(commands)
    return parser


def _train_digits(options):
    # Minutes of training must not end in a file that cannot be written.
    folder = options.out.resolve().parent
    if options.out.is_dir() or not os.access(folder, os.W_OK):
        raise ValueError(f"--out must name a file in a folder that can be written, not {options.out}")
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from models.networks import Accuracy, save
    from models.training.digits import EPOCHS, train_digits
    columns = (TextColumn("training, loss {task.fields[loss]:.3f}"), BarColumn(), MofNCompleteColumn(),
               TextColumn("epochs"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None, loss=float("nan"))
        network = train_digits(
            seed=options.seed, epochs=EPOCHS if options.epochs is None else options.epochs,
            on_epoch=lambda done, total, loss: progress.update(task, completed=done, total=total, loss=loss))
    save(network, options.out)
    for name, figures in network.provenance["figures"].items():
        print(f"{name:<9} validation {Accuracy(*figures['validation'])}")
    print(f"wrote {options.out}: {network!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
