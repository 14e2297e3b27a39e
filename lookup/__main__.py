"""`python -m lookup`: the program `immunity`, for where its script is not on the path."""

from lookup.cli import main

if __name__ == "__main__":
    main()
