import pytest

from platforms.boards import board_names, find_board

ATTRIBUTES = {"iCE40": "SB_IO", "LFE5U": "IO"}


@pytest.mark.parametrize("name", board_names())
def test_board_agrees_with_amaranth_boards(name):
    board = find_board(name)
    platform = board.create_platform()
    assert (platform.device, platform.package) == (board.part.name, board.package)
    for source in board.sources:
        if source.name != "hfosc":
            assert platform.resources[source.name, 0].clock.frequency == source.hz
    if ("uart", 0) in platform.resources:
        uart = {signal.name: signal.ios[0].names for signal in platform.resources["uart", 0].ios}
        assert (uart["rx"], uart["tx"]) == ([board.uart_rx], [board.uart_tx])


def test_upduino_uart_is_on_its_header():
    board = find_board("upduino-v3")
    header = [pin for connector in board.create_platform().connectors.values() for pin in connector.mapping.values()]
    assert board.uart_rx in header and board.uart_tx in header
    # The oscillator's jumper and the flash must stay free.
    assert not {board.uart_rx, board.uart_tx} & {"20", "14", "15", "16", "17"}


@pytest.mark.parametrize(("typed", "meant"), [("icebraker", "icebreaker"), ("ulx3s-12f", "ulx3s-25f"), ("upduino", "upduino-v3")])
def test_unknown_board_offers_the_nearest(typed, meant):
    with pytest.raises(ValueError, match=rf"^unknown board '{typed}'; did you mean {meant}\? boards: icebreaker, "):
        find_board(typed)


def test_unknown_board_unlike_any_lists_all():
    with pytest.raises(ValueError, match=r"^unknown board 'x'; boards: icebreaker, upduino-v3, "):
        find_board("x")


def test_unknown_clock_source_is_refused():
    with pytest.raises(ValueError, match=r"^clock source of upduino-v3 must be one of hfosc, clk12, not 'clk25'$"):
        find_board("upduino-v3").source("clk25")
