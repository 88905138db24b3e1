"""Countries by their codes, and cities that are known to be elsewhere (contract §7).

The product knows the cities of each country; here are those after which the world's time zones are called. What is not
among them is nobody's to judge, and neither is what may be a namesake: a Córdoba in Spain, a Paris in Texas.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from babel.core import Locale, get_global

_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two letters that stand for other places, or for none."""

_SETTLERS = frozenset({"ES", "FR", "GB", "IE", "NL", "PT"})
"""Countries after whose towns those of America are called."""

_SETTLED_LATER = frozenset({"AU", "NZ", "PH", "ZA"})
_AMERICA = "America/"


def country_name(code: str) -> str | None:
    """Give the English name of a country by the two letters of ISO 3166; None where there is none."""
    is_code = len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    return _territories().get(code) if is_code else None


def is_elsewhere(city: str, country: str) -> bool:
    """Whether a city is known to be in other countries only."""
    countries = _cities().get(city.casefold())
    return countries is not None and country not in countries


@cache
def _territories() -> Mapping[str, str]:
    return Locale("en").territories


@cache
def _cities() -> Mapping[str, frozenset[str]]:
    """List the countries in which each city may be."""
    zones = {zone: country for zone, country in get_global("zone_territories").items() if "/" in zone}
    new_world = _SETTLED_LATER | {country for zone, country in zones.items() if zone.startswith(_AMERICA)}
    countries: defaultdict[str, set[str]] = defaultdict(set)
    for zone, country in zones.items():
        city = zone.rpartition("/")[2].replace("_", " ").casefold()
        countries[city] |= {country, *new_world, *(_SETTLERS if zone.startswith(_AMERICA) else ())}
    return {city: frozenset(found) for city, found in countries.items()}
