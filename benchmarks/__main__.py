"""``python -m benchmarks area``, ``python -m benchmarks speed`` and ``python -m benchmarks sc``."""

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
    neuron = commands.add_parser("neuron-speed", help="neuron-steps per second of banks of the catalogue's neurons, one core, "
                                                      "beside sc_neurocore_engine where that is installed; all of them "
                                                      "rewrites docs/neurons/speed.md")
    neuron.add_argument("names", nargs="*", help="measure only these; writes nothing")
    neuron.add_argument("--json", action="store_true", help="print figures as JSON; writes nothing")
    neurons = commands.add_parser("neurons", help="logic, block RAM, DSP, Fmax and steps per second of every neuron of the catalogue; "
                                                  "rewrites docs/neurons/hardware.csv and hardware.md")
    neurons.add_argument("names", nargs="*", metavar="NAME", help="measure only these; writes nothing")
    neurons.add_argument("--jobs", type=int, default=1, help="how many measurements run at a time (default: 1)")
    neurons.add_argument("--json", action="store_true", help="print the rows as JSON; progress goes to standard error")
    pages = commands.add_parser("pages", help="the pages of the catalogue's neurons and their index; rewrites docs/neurons")
    pages.add_argument("names", nargs="*", metavar="NAME", help="only the pages of these, and the index")
    pages.add_argument("--hardware", action="store_true", help="renew only what pages and index say of hardware, from docs/neurons/hardware.csv")
    commands.add_parser("mnist", help="the MNIST network on the iCEBreaker: accuracy, latency, area, speed of its model; renews the tables of "
                                      "docs/mnist.md and README.md (needs MNIST in the folder that SPIKELOOM_DATA names)")
    commands.add_parser("stochastic-mnist", help="MNIST in stochastic arithmetic against stream length and sources; rewrites "
                                                 "docs/stochastic_mnist.md (needs MNIST in the folder that SPIKELOOM_DATA names)")
    commands.add_parser("sparse-mnist", help="MNIST without most of the hidden layer's weights: accuracy, area, clocks; rewrites "
                                             "docs/sparse_mnist.md (needs PyTorch, and MNIST in the folder that SPIKELOOM_DATA names)")
    sc = commands.add_parser("sc", formatter_class=argparse.RawDescriptionHelpFormatter,
                             help="errors, correlation, pairs of sources and areas of the stochastic operators; rewrites docs/sc",
                             description="Measure the stochastic operators and rewrite docs/sc.",
                             epilog="examples:\n  python -m benchmarks sc                  everything, about ten minutes\n"
                                    "  python -m benchmarks sc stanh            show the errors of stanh, write nothing\n"
                                    "  python -m benchmarks sc --part areas     rewrite the tables of areas alone")
    sc.add_argument("only", nargs="?", default="", help="show only operators whose name or family contains this; writes nothing")
    sc.add_argument("--part", action="append", choices=("errors", "correlation", "pairs", "areas"),
                    help="measure and rewrite this part only (may be given several times)")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:
        return leaving.code

    from gateware.yosys import YosysError
    from platforms.errors import BuildError

    try:
        if options.command == "area":
            from .area import run_area
            return run_area(options.only, check=options.check)
        if options.command == "neurons":
            from .neurons import run_neurons
            return run_neurons(options.names, jobs=options.jobs, as_json=options.json)
        if options.command == "pages":
            from .pages import run_pages
            return run_pages(options.names, hardware_only=options.hardware)
        if options.command == "mnist":
            from .mnist import run_mnist
            return run_mnist()
        if options.command == "stochastic-mnist":
            from .stochastic_mnist import run_stochastic_mnist
            return run_stochastic_mnist()
        if options.command == "sparse-mnist":
            from .sparse_mnist import run_sparse_mnist
            return run_sparse_mnist()
        if options.command == "sc-speed":
            from .sc_speed import run_sc_speed
            return run_sc_speed(options.rounds)
        if options.command == "neuron-speed":
            from .neuron_speed import run_neuron_speed
            return run_neuron_speed(options.names, as_json=options.json)
        if options.command == "sc":
            from .sc.run import PARTS, run_sc
            return run_sc(options.only, options.part or PARTS)
        from .speed import run_speed
        return run_speed(options.rounds)
    except (BuildError, YosysError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
