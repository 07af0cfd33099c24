"""``python -m rumorsim`` is the command ``rumorsim``."""

from rumorsim.cli.app import main

if __name__ == "__main__":
    main()
