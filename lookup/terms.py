"""What a record can be found by beside its key: exact terms and search words, computed from its content alone.

The same function serves every engine when a record is published, and the query side asks with the same normal forms.
Decides no ranking: that is `search`.

Exact terms, by the record that carries them:

- vehicle: `vin:VIN`, `member:ID` of its registrant, `mission:ID`, `make:FOLDED`, `color:FOLDED`, `status:STATUS`
- identity card, driver license: `member:ID`
- member: `member:ID` of the principal, `mission:ID` and `category:CATEGORY` of the accreditations,
  `born:YYYY-MM-DD`, `name:FOLDEDFAMILY|YYYY-MM-DD`
- premises: `mission:ID`, `member:ID` of the occupant, `address:NORMAL`, `state:CODE`
- mission: `plate_code:AB`, `state:CODE`
- agreement: `agreement:STATE:CATEGORY`

Search words: `n:` a romanized part of a member's name, or a name of several parts written as one; `p:` how a part
sounds; `r:` a part written backwards (asked by its beginning, it finds what ends alike); `m:` and `mp:` a part of a
mission's name or organization and how it sounds; `ma:` a word of its address; `a:` a word of a premises' address.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lookup.addresses import address_words, normalize_address, state_code
from lookup.names import fold_name, name_tokens, phonetic_code
from lookup.records import Agreement, Content, DriverLicense, IdentityCard, Member, Mission, Premises, Vehicle

WORD_LIMIT = 64
"""Words that one record may carry: a name of twenty parts. It keeps one broken row from swelling the index."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`exact` are whole normal forms such as `vin:…` or `member:TRN1`; `words` are what a search starts from."""

    exact: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def vin_term(vin: str) -> str:
    """Give the term of the vehicles with this vehicle number, in normal form."""
    return f"vin:{vin}"


def member_term(member_id: str) -> str:
    """Give the term of whatever points at this member: vehicles, documents, premises, family."""
    return f"member:{member_id}"


def mission_term(mission_id: str) -> str:
    """Give the term of whatever points at this mission: members by an accreditation, vehicles, premises."""
    return f"mission:{mission_id}"


def born_term(date_of_birth: date) -> str:
    """Give the term of the members born on this day."""
    return f"born:{date_of_birth.isoformat()}"


def name_term(family_name: str, date_of_birth: date) -> str:
    """Give the term of the members of this family name, as it is folded, born on this day."""
    return f"name:{fold_name(family_name)}|{date_of_birth.isoformat()}"


def address_term(normal: str) -> str:
    """Give the term of the premises at this address, in normal form."""
    return f"address:{normal}"


def agreement_term(sending_state: str, category: str) -> str:
    """Give the term of the agreements that lift this category of this State's staff."""
    return f"agreement:{sending_state}:{category}"


def plate_code_term(plate_code: str) -> str:
    """Give the term of the missions with this code on their plates."""
    return f"plate_code:{plate_code.upper()}"


def category_term(category: str) -> str:
    """Give the term of the members who were ever accredited in this category."""
    return f"category:{category}"


def state_term(state: str) -> str:
    """Give the term of the missions and premises in this state."""
    return f"state:{state_code(state) or fold_name(state).upper()}"


def status_term(status: str) -> str:
    """Give the term of the vehicles with this registration status."""
    return f"status:{status}"


def make_term(make: str) -> str:
    """Give the term of the vehicles of this make."""
    return f"make:{fold_name(make)}"


def color_term(color: str) -> str:
    """Give the term of the vehicles of this color."""
    return f"color:{fold_name(color)}"


def terms_of(content: Content) -> Terms:
    """Give everything that a record with this content can be found by; each term and word once, in a fixed order."""
    match content:
        case Member():
            exact, words = _member_terms(content), _name_words(content)
        case Vehicle():
            exact, words = _vehicle_terms(content), iter(())
        case IdentityCard() | DriverLicense():
            exact, words = iter((member_term(content.member_id),)), iter(())
        case Premises():
            exact, words = _premises_terms(content), _address_words(content)
        case Mission():
            exact, words = _mission_terms(content), _mission_words(content)
        case Agreement():
            exact, words = iter((agreement_term(content.sending_state, content.category),)), iter(())
    return Terms(_once(exact), _once(words)[:WORD_LIMIT])


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _member_terms(member: Member) -> Iterator[str]:
    if member.principal_id:
        yield member_term(member.principal_id)
    for accreditation in member.accreditations:
        yield mission_term(accreditation.mission_id)
        yield category_term(accreditation.category)
    if member.date_of_birth:
        yield born_term(member.date_of_birth)
        yield name_term(member.family_name, member.date_of_birth)


def _vehicle_terms(vehicle: Vehicle) -> Iterator[str]:
    yield mission_term(vehicle.mission_id)
    yield status_term(vehicle.registration_status)
    if vehicle.vin:
        yield vin_term(vehicle.vin)
    if vehicle.member_id:
        yield member_term(vehicle.member_id)
    if vehicle.make:
        yield make_term(vehicle.make)
    if vehicle.color:
        yield color_term(vehicle.color)


def _premises_terms(premises: Premises) -> Iterator[str]:
    yield mission_term(premises.mission_id)
    if premises.member_id:
        yield member_term(premises.member_id)
    yield address_term(normalize_address(premises.address, premises.city, premises.state))
    yield state_term(premises.state)


def _mission_terms(mission: Mission) -> Iterator[str]:
    if mission.plate_code:
        yield plate_code_term(mission.plate_code)
    if mission.state:
        yield state_term(mission.state)


def _name_words(member: Member) -> Iterator[str]:
    for name in (member.family_name, member.given_names or ""):
        parts = name_tokens(name)
        for part in parts:
            yield f"n:{part}"
            yield f"r:{part[::-1]}"
            if code := phonetic_code(part):
                yield f"p:{code}"
        if len(parts) > 1:
            yield f"n:{''.join(parts)}"


def _mission_words(mission: Mission) -> Iterator[str]:
    for part in name_tokens(f"{mission.name} {mission.organization or ''}"):
        yield f"m:{part}"
        if code := phonetic_code(part):
            yield f"mp:{code}"
    for word in address_words(f"{mission.address or ''} {mission.city or ''}"):
        yield f"ma:{word}"


def _address_words(premises: Premises) -> Iterator[str]:
    for word in address_words(f"{premises.address} {premises.city} {premises.postal_code or ''}"):
        yield f"a:{word}"
