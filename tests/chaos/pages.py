"""`paperround web`, by the clock of the campaign: python -m tests.chaos.pages HOST PORT."""

import sys

from service.cli.serving import serve

if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), "tests.chaos.clock:pages")
