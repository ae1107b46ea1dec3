"""Train a quick network of your own, compare it with the bundled one, and save it for a board.

    pip install 'spikeloom[train]'
    python examples/train_digits.py

Half a minute of training; `python -m models train digits` takes the time it needs.
"""

from models.networks import Accuracy, load, save
from models.training.digits import train_digits


def show(done, total, loss):
    print(f"\repoch {done} of {total}, loss {loss:.3f}", end="", flush=True)


network = train_digits(seed=1, epochs=30, on_epoch=show)
print()
for name, each in (("this network", network), ("the bundled one", load())):
    figures = each.provenance["figures"]["integer"]["validation"]
    print(f"{name:<16} on images left out of the training: {Accuracy(*figures)}")
save(network, "my_digits.npz")
print("wrote my_digits.npz, for models.networks.load and gateware.chip.classifier.Classifier")
