"""``python -m benchmarks area`` and ``python -m benchmarks speed``."""

import argparse
import sys

__all__ = ["main"]


def main(arguments=None):
    """Run a benchmark; the exit status is 0, 1 (failed), 2 (wrong arguments) or 130 (interrupted)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the hardware and the models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    area = commands.add_parser("area", help="logic cells, block RAM, DSP and Fmax of every component on the iCE40UP5K; "
                                            "rewrites docs/area.csv and docs/area.md")
    area.add_argument("only", nargs="?", default="", help="measure only components whose name contains this; writes nothing")
    area.add_argument("--check", action="store_true", help="write nothing, and fail where a figure differs from the kept one")
    speed = commands.add_parser("speed", help="neuron steps and simulated clocks per second on this machine, one core")
    speed.add_argument("--rounds", type=int, default=5, help="how often each measurement is taken (default: 5)")
    sc_speed = commands.add_parser("sc-speed", help="packed streams, encoders, state machines and dense layers in Gbit/s, one core, "
                                                    "beside sc_neurocore_engine where that is installed")
    sc_speed.add_argument("--rounds", type=int, default=100, help="how often each measurement is taken (default: 100)")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:
        return leaving.code

    from platforms.errors import BuildError

    try:
        if options.command == "area":
            from .area import run_area
            return run_area(options.only, check=options.check)
        if options.command == "sc-speed":
            from .sc_speed import run_sc_speed
            return run_sc_speed(options.rounds)
        from .speed import run_speed
        return run_speed(options.rounds)
    except (BuildError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
