# amaranth: UnusedElaboratable=no
import argparse
import io
import json

import pytest
from rich.console import Console

from gateware.bus.format import REPLY, Classification, Command, Decoder, Frame, Identity, encode
from platforms import session
from platforms.boards import find_board
from platforms.clocks import choose_clock
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


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr("platforms.host.ports.open_port", lambda name, make_top, baud: AnsweringPort())
    board = find_board("icebreaker")

    def run(**changes):
        options = argparse.Namespace(**{"port": "/dev/fake", "image": None, "count": 3, "baud": 1_000_000, "network": None, "samples": None,
                                        "flash": None, "conversion": {}, "timeout": 0.25, "folder": tmp_path, "json": False} | changes)
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
    from platforms.host.errors import LinkError

    (tmp_path / "report.json").write_text(json.dumps({"format": 1, "board": {}, "bitstream": {}, "components": [], "utilisation": [], "timing": {},
                                                      "design": {"build_id": "00000000000000ff"}}))
    with pytest.raises(LinkError, match="runs build 0000000000000001, not 00000000000000ff: program it first"):
        run()


@pytest.mark.parametrize(("text", "message"), [
    ("1 2 x", r"must hold integers between 0 and 16, not 'x'$"), ("1 2 3", r"must hold 64 pixels, not 3$"),
    ("17 " * 64, r"must hold pixels between 0 and 16, not 17$"), ("-1 " * 64, r"must hold pixels between 0 and 16, not -1$"),
    ("", r"must hold 64 pixels, not 0$"), ("9" * 30, r"must hold integers between 0 and 16, not '9{20}'$")])
def test_file_without_an_image_is_refused(tmp_path, text, message):
    path = tmp_path / "image.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_image(path)


def test_nothing_is_expected_where_nothing_was_built(tmp_path):
    assert session._expected_build(find_board("icebreaker"), argparse.Namespace(folder=tmp_path)) is None


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
