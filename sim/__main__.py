"""``python -m sim`` is ``careflow``."""

from sim.cli import main

if __name__ == "__main__":
    main()
