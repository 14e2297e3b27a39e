"""The PostgreSQL of the tests is a real one, with a password, and each test has a database of its own."""

import psycopg
import pytest

from tests.servers.postgresql import RunningPostgresql


def test_it_answers_in_a_zone_that_is_not_the_usual_one(postgresql: RunningPostgresql) -> None:
    with postgresql.connect(postgresql.url) as connection:
        assert connection.execute("SHOW timezone").fetchone() == ("Pacific/Auckland",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_new_database_is_empty_and_apart(postgresql: RunningPostgresql) -> None:
    one, other = postgresql.new_database(), postgresql.new_database()
    with postgresql.connect(one) as connection:
        connection.execute("CREATE TABLE missions (mission_id text)")
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'missions'"
    with postgresql.connect(one) as first, postgresql.connect(other) as second:
        assert (first.execute(tables).fetchone(), second.execute(tables).fetchone()) == ((1,), (0,))


def test_a_wrong_password_is_refused(postgresql: RunningPostgresql) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgresql.url, user=postgresql.user, password="wrong")


def test_the_url_holds_no_user_and_no_password(postgresql: RunningPostgresql) -> None:
    assert postgresql.url == f"postgresql://127.0.0.1:{postgresql.port}/postgres"
    assert postgresql.password not in repr(postgresql)
