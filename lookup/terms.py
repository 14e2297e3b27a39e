"""What a record can be found by beside its key: exact terms and search words, computed from its content alone.

The same function serves every engine when a record is published, and the query side asks with the same normal forms.
Decides no ranking: that is `search`.
"""

from dataclasses import dataclass

from lookup.records import Content


@dataclass(frozen=True, slots=True)
class Terms:
    """`exact` are whole normal forms such as `vin:…` or `member:TRN1`; `words` are what a search starts from."""

    exact: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def terms_of(content: Content) -> Terms:
    """Give everything that a record with this content can be found by."""
    raise NotImplementedError
