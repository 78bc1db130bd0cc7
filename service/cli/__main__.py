"""`python -m service.cli` is `paperround`."""

from service.cli import main

main()
