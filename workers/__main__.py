"""Celery's own command line over our application: `python -P -m workers worker`.

`celery --app` would first look into the working directory for a folder called `workers`.
"""

import sys

from workers.celery import app

if __name__ == "__main__":
    sys.exit(app.start(sys.argv[1:]))
