# amaranth: UnusedElaboratable=no
import argparse
import io
import json

import pytest
from rich.console import Console

from gateware.bus.format import REPLY, Classification, Command, Decoder, Frame, Identity, encode
from gateware.chip.spiking_chip import SpikingChip
from models.networks.spiking_file import save_spiking
from platforms import session
from platforms.boards import find_board
from platforms.clocks import choose_clock
from platforms.designs.digits import DigitsDesign
from platforms.host.errors import WrongBuildError
from platforms.session import read_image, run_images


class AnsweringPort:
    """A board that calls every image a 7, and itself build 1."""

    name = "fake"

    def __init__(self):
        self._decoder, self._answers = Decoder(), b""

    def write(self, data):
        for frame in self._decoder.feed(data):
            content = (Identity(1, 24_000_000, 64, (64, 32, 10), "digits") if frame.command == Command.IDENTIFY
                       else Classification(7, 11_503, (0, 0, 0, 0, 0, 0, 0, 9, 1, 0)))
            self._answers += encode(Frame(frame.sequence, frame.command | REPLY, b"\0" + content.pack()))

    def read(self, timeout):
        data, self._answers = self._answers, b""
        return data

    def now(self):
        return 0.0

    def close(self):
        pass


def write_report(folder, network, build_id):
    (folder / "report.json").write_text(json.dumps({"format": 1, "board": {}, "bitstream": {}, "components": [], "utilisation": [], "timing": {},
                                                    "design": {"network": network, "build_id": f"{build_id:016x}"}}))


@pytest.fixture
def run(monkeypatch, tmp_path):
    write_report(tmp_path, DigitsDesign().network.digest, 1)
    monkeypatch.setattr("platforms.host.ports.open_port", lambda name, make_top, baud: AnsweringPort())
    board = find_board("icebreaker")

    def run(**changes):
        options = argparse.Namespace(**{"port": "/dev/fake", "image": None, "count": 3, "baud": 1_000_000, "network": None, "samples": None,
                                        "flash": None, "observe": False, "conversion": {}, "timeout": 0.25, "folder": tmp_path,
                                        "json": False} | changes)
        console, said = Console(file=io.StringIO(), width=100), []
        run_images(board, choose_clock(board), options, console=console, say=lambda text, style: said.append(text))
        return console.file.getvalue(), said

    return run


def test_answers_are_shown_beside_their_images(run):
    shown, said = run()
    assert said == ["digits, 64-32-10 neurons at 24 MHz, build 0000000000000001"]
    assert "wrong, it is 0" in shown and "11,503 clocks = 479 us" in shown and "0 of 3 right" in shown


def test_image_file_has_no_label(run, tmp_path):
    path = tmp_path / "image.txt"
    path.write_text("0, 16\n" * 32)
    shown, _ = run(image=path)
    assert "class 7, 11,503 clocks" in shown and "right" not in shown


def test_answers_as_json(run, capsys):
    run(json=True, count=1)
    document = json.loads(capsys.readouterr().out)
    assert document["build_id"] == "0000000000000001"
    assert document["answers"][0]["class"] == 7 and document["answers"][0]["label"] == 0


def test_another_build_than_the_last_one_is_refused(run, tmp_path):
    write_report(tmp_path, DigitsDesign().network.digest, 255)
    with pytest.raises(WrongBuildError, match=r"^the board at fake runs build 0000000000000001 \(digits, 64-32-10\), not 00000000000000ff "
                                              r"\(digits, 64-32-10\): program it first, or name the folder of its build with --folder$"):
        run()


def test_a_board_with_another_network_is_refused(run, tmp_path):
    network = tmp_path / "network.npz"
    save_spiking(SpikingChip.examples()["membrane"].network, network)
    samples = tmp_path / "samples.npz"
    session.np.savez(samples, levels=session.np.zeros((3, 9), int))
    # The last build, which the board holds, was of the digits; and one of the same shape may hold other weights.
    with pytest.raises(WrongBuildError, match=r"runs build 0000000000000001 \(digits, 64-32-10\), not [0-9a-f]{16} \(\w+, 9-6-3\): program"):
        run(network=network, samples=samples)


def test_without_a_build_of_the_network_its_id_is_computed(tmp_path):
    design, board = DigitsDesign(), find_board("icebreaker")
    expected = design.build_id(24_000_000)
    assert session._expected_build(board, choose_clock(board), design, tmp_path) == expected
    write_report(tmp_path, "of another network", 7)
    assert session._expected_build(board, choose_clock(board), design, tmp_path) == expected
    write_report(tmp_path, design.network.digest, 7)
    assert session._expected_build(board, choose_clock(board), design, tmp_path) == 7


@pytest.mark.parametrize(("text", "message"), [
    ("1 2 x", r"must hold integers between 0 and 16, not 'x'$"), ("1 2 3", r"must hold 64 pixels, not 3$"),
    ("17 " * 64, r"must hold pixels between 0 and 16, not 17$"), ("-1 " * 64, r"must hold pixels between 0 and 16, not -1$"),
    ("", r"must hold 64 pixels, not 0$"), ("9" * 30, r"must hold integers between 0 and 16, not '9{20}'$"),
    *[("16 " * 63 + word, rf"must hold integers between 0 and 16, not {word!r}$".replace("+", r"\+")) for word in ("--5", "+-3", "²", "1_0", "٣")]])
def test_file_without_an_image_is_refused(tmp_path, text, message):
    path = tmp_path / "image.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_image(path)


def test_wide_images_are_shown_in_half_the_rows_and_half_the_columns():
    console, image = Console(file=io.StringIO(), width=80), [0] * 784
    image[28 * 2 + 5] = image[28 * 27 + 27] = 15
    answer = {"counts": [-5] * 9 + [26_011], "class": 9, "label": 9, "clocks": 5000, "microseconds": 8600.0}
    session._show(console, session.np.array(image), answer, 15, 24_000_000)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 16 and max(map(len, lines)) <= 80
    assert lines[1][2 + 5] in "█#" and lines[13][2 + 27] in "█#"
    assert sum(line.count(lines[1][7]) for line in lines[:14]) == 2
    assert "26,011" in lines[9] and "class 9 right, 5,000 clocks = 208 us" in lines[14]
