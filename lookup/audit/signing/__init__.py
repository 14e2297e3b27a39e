"""The signed heads of the trail: who signs them, when, and where they are published."""
