"""`python -m evals.stub_model --port 0`: serves until interrupted and prints its base URL on one line."""

import argparse
import sys

from evals.stub_model.server import StubServer


def main() -> None:
    """Start the stub on the port given (0 = a free one)."""
    parser = argparse.ArgumentParser(prog="python -m evals.stub_model", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    server = StubServer(parser.parse_args().port)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main()
