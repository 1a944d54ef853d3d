"""``python -m ferrule``: the command ``ferrule``."""

import sys

from ferrule._command import main

if __name__ == "__main__":
    sys.exit(main())
