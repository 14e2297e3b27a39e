"""Tests of who may ask: accounts, sign-ins, sessions, roles, and that everything else is refused."""
