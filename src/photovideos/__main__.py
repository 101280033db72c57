"""`python -m photovideos`: the same as the `photovideos` command."""

from photovideos.cli import main

if __name__ == "__main__":
    main()
