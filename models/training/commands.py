"""Command line of training: python -m models train mnist."""

import argparse
import os
import sys
from pathlib import Path

__all__ = ["add_commands"]

BITS = range(2, 9)


def add_commands(networks):
    """Add the networks that data from a folder of the user's trains to ``train``'s subparsers."""
    mnist = networks.add_parser(
        "mnist", help="a spiking classifier of MNIST, from images in the folder that SPIKELOOM_DATA names",
        description="Train a classifier of MNIST with real numbers, then with the hardware's integers in the forward pass. 5,000 of "
                    "the 60,000 training images are held out for validation. After every epoch the state is written to "
                    "FILE.checkpoint; --resume goes on from it, with the result of an unbroken training.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n"
               "  python -m models train mnist -o mnist.npz\n"
               "  python -m models train mnist --hidden 256 --time-steps 4 --weight-bits 4\n"
               "  python -m models train mnist --resume          after an interruption, with the other options as before")
    mnist.add_argument("--network", choices=("dense", "conv"), default="dense", help="dense (default), or conv: 14C5-P2-48C5-P2-10")
    mnist.add_argument("--hidden", type=int, nargs="+", metavar="N", help="neurons of each hidden layer of a dense network (default 128)")
    mnist.add_argument("--time-steps", type=int, default=8, metavar="T", help="of an image (default 8)")
    mnist.add_argument("--weight-bits", type=int, choices=BITS, default=8, metavar="BITS", help="of a weight, 2 to 8 (default 8)")
    mnist.add_argument("--epochs", type=int, default=30, metavar="N",
                       help="with real numbers; a fifth as many follow with integers, for conv a tenth (default 30)")
    mnist.add_argument("--seed", type=int, default=0, help="of every random choice (default 0)")
    mnist.add_argument("--data", type=Path, metavar="FOLDER", help="with MNIST's files, in place of SPIKELOOM_DATA")
    mnist.add_argument("-o", "--out", type=Path, default=Path("mnist.npz"), metavar="FILE", help="network file to write (default mnist.npz)")
    mnist.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    mnist.set_defaults(run=_train_mnist)


def _train_mnist(options):
    # Minutes of training must not end in a file that cannot be written.
    folder = options.out.resolve().parent
    if options.out.is_dir() or not os.access(folder, os.W_OK):
        raise ValueError(f"--out must name a file in a folder that can be written, not {options.out}")
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from models.datasets import load_mnist
    from models.networks import Accuracy
    from models.networks.spiking_file import save_spiking
    from models.training.mnist import MnistRecipe, train_mnist
    if options.hidden and options.network != "dense":
        raise ValueError(f"--hidden is for --network dense, not {options.network}")
    recipe = MnistRecipe(options.network, options.hidden or (128,), options.time_steps, options.weight_bits, options.epochs, options.seed)
    data = load_mnist(options.data)
    checkpoint = options.out.with_name(f"{options.out.name}.checkpoint")
    if checkpoint.exists() and not options.resume:
        raise ValueError(f"there is a checkpoint {checkpoint}: go on from it with --resume, or remove it")
    columns = (TextColumn("training, {task.fields[state]}"), BarColumn(), MofNCompleteColumn(), TextColumn("epochs"), TimeRemainingColumn())
    try:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("", total=recipe.epochs + recipe.fine_epochs, state="first epoch")

            def on_epoch(done, total, figures):
                state = f"loss {figures['loss']:.4f}, validation {100 * figures['validation'].fraction:.2f} %"
                progress.update(task, completed=done, total=total, state=state)
            network = train_mnist(data, recipe, checkpoint=checkpoint, resume=options.resume, on_epoch=on_epoch)
    except KeyboardInterrupt:
        kept = f"go on from {checkpoint} with --resume" if checkpoint.exists() else "no epoch was complete, and no file was written"
        print(f"interrupted; {kept}", file=sys.stderr)
        return 130
    save_spiking(network, options.out)
    checkpoint.unlink()
    for name, figures in network.provenance["figures"].items():
        print(f"{name:<8} validation {Accuracy(*figures['validation'])}\n{'':<8} test       {Accuracy(*figures['test'])}")
    print(f"wrote {options.out}: {network!r}")
    return 0
