"""Countries, US states, and the countries whose consulate must be told of an arrest, as lists."""

_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
_US_STATES = """
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI
"""
# The consulate must be told whatever the person wishes: 57 countries.
_MANDATORY_NOTIFICATION = """
AL DZ AG AM AZ BS BB BY BZ BN BG CN CR CY CZ DM FJ GM GE GH GD GY HU JM KZ KI KW KG MY MT MU MD MN NG PH PL RO RU KN
LC VC SC SL SG SK TJ TZ TO TT TN TM TV UA GB UZ ZM ZW
"""

COUNTRIES = frozenset(_COUNTRIES.split())
US_STATES = frozenset(_US_STATES.split())
MANDATORY_NOTIFICATION = frozenset(_MANDATORY_NOTIFICATION.split())
STATE_OF_DEPENDENCY = dict.fromkeys(("HK", "MO"), "CN") | dict.fromkeys(
    ("JE", "GG", "IM", "AI", "BM", "VG", "KY", "GI", "MS", "TC", "FK", "SH", "PN"), "GB"
)


def must_notify(nationality: str, us_status: str | None) -> bool:
    """Say whether the consulate of `nationality` must be told; Poland's not for a permanent resident."""
    state = STATE_OF_DEPENDENCY.get(nationality, nationality)
    if state == "PL" and us_status == "permanent_resident":
        return False
    return state in MANDATORY_NOTIFICATION
