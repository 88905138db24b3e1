"""Users, credentials, parties and opportunities of a world file, and how they are written into one."""

from collections.abc import Iterator
from typing import Any

from billingua.core.access import Credential, User
from billingua.core.party import Address, Opportunity, Party
from billingua.engine.credentials import hash_secret
from billingua.engine.passwords import hash_password
from billingua.worlds.access import PERMISSIONS, unknown_scopes
from billingua.worlds.assembly import Assembly
from billingua.worlds.document import GivenAddress, GivenCredential, GivenParty, GivenUser
from billingua.worlds.members import told
from billingua.worlds.moments import write_moment
from billingua.worlds.problems import below


def read_parties(assembly: Assembly) -> list[Party]:
    """Read the parties, with their addresses."""
    given = assembly.given.parties
    places = assembly.places("parties", given)
    addresses = [
        (below(below(place, "addresses"), index), address)
        for place, party in zip(places, given, strict=True)
        for index, address in enumerate(party.addresses)
    ]
    address_ids = iter(assembly.ids("address", addresses))
    ids = assembly.ids("party", zip(places, given, strict=True))
    return [
        _read_party(party, id, place, address_ids, assembly)
        for party, id, place in zip(given, ids, places, strict=True)
    ]


def _read_party(given: GivenParty, id: int, place: str, address_ids: Iterator[int], assembly: Assembly) -> Party:
    assembly.refer("price list", given.price_list, assembly.price_lists, below(place, "price_list"))
    if given.code:
        assembly.claim("party code", given.code, below(place, "code"), f'"{given.code}"')
    for index, username in enumerate(given.access):
        assembly.refer("user", username, assembly.usernames, f"{place}.access[{index}]")
    return Party(
        id=id,
        uuid=assembly.uuid("party", given.uuid, place),
        kind=given.kind,
        name=given.name,
        first_name=given.first_name,
        last_name=given.last_name,
        code=given.code,
        external_id=given.external_id,
        currency=given.currency,
        trade_role=given.crux,
        price_list=given.price_list,
        private=given.private,
        access=tuple(given.access),
        addresses=tuple(_read_address(address, next(address_ids)) for address in given.addresses),
        extras=given.extras,
    )


def _read_address(given: GivenAddress, id: int) -> Address:
    return Address(
        id=id,
        category=given.category,
        street=given.street,
        street2=given.street2,
        city=given.city,
        state=given.state,
        zip=given.zip,
        country=given.country,
        primary=given.primary,
    )


def write_party(party: Party) -> dict[str, Any]:
    """Write a party as it stands in a file."""
    return {
        "id": party.id,
        "uuid": party.uuid,
        "kind": party.kind,
        "name": party.name,
        "first_name": party.first_name,
        "last_name": party.last_name,
        "code": party.code,
        "external_id": party.external_id,
        "currency": party.currency,
        "crux": party.trade_role,
        "price_list": party.price_list,
        "private": party.private,
        "access": party.access,
        "addresses": [_write_address(address) for address in party.addresses],
        **told(extras=party.extras or None),
    }


def _write_address(address: Address) -> dict[str, Any]:
    return {
        "id": address.id,
        "category": address.category,
        "street": address.street,
        "street2": address.street2,
        "city": address.city,
        "state": address.state,
        "zip": address.zip,
        "country": address.country,
        "primary": address.primary,
    }


def read_opportunities(assembly: Assembly) -> list[Opportunity]:
    """Read the opportunities."""
    given = assembly.given.opportunities
    places = assembly.places("opportunities", given)
    for place, opportunity in zip(places, given, strict=True):
        for index, party in enumerate(opportunity.participants):
            assembly.refer("party", party, assembly.parties, f"{place}.participants[{index}]")
        assembly.refer("user", opportunity.responsible, assembly.usernames, below(place, "responsible"))
    ids = assembly.ids("opportunity", zip(places, given, strict=True))
    return [
        Opportunity(
            id=id,
            uuid=assembly.uuid("opportunity", opportunity.uuid, place),
            title=opportunity.title,
            participants=tuple(opportunity.participants),
            responsible=opportunity.responsible,
            stage=opportunity.stage,
            currency=opportunity.currency,
        )
        for opportunity, id, place in zip(given, ids, places, strict=True)
    ]


def write_opportunity(opportunity: Opportunity) -> dict[str, Any]:
    """Write an opportunity as it stands in a file."""
    return {
        "id": opportunity.id,
        "title": opportunity.title,
        "participants": opportunity.participants,
        "uuid": opportunity.uuid,
        **told(responsible=opportunity.responsible, stage=opportunity.stage, currency=opportunity.currency),
    }


def read_users(assembly: Assembly) -> list[User]:
    """Read the users; their passwords are hashed."""
    given = assembly.given.users
    places = assembly.places("users", given)
    ids = assembly.ids("user", zip(places, given, strict=True))
    return [_read_user(user, id, place, assembly) for user, id, place in zip(given, ids, places, strict=True)]


def _read_user(given: GivenUser, id: int, place: str, assembly: Assembly) -> User:
    assembly.claim("username", given.username, below(place, "username"), f'"{given.username}"')
    assembly.refer("party", given.organization, assembly.organizations, below(place, "organization"))
    for index, permission in enumerate(given.permissions or ()):
        if permission not in PERMISSIONS:
            what = f'no permission "{permission}": there is {", ".join(PERMISSIONS)}'
            assembly.refuse(below(below(place, "permissions"), index), what)
    return User(
        id=id,
        uuid=assembly.uuid("user", given.uuid, place),
        name=given.username if given.name is None else given.name,
        email=given.email,
        username=given.username,
        password_hash=_password_hash(given, place, assembly),
        admin=given.admin,
        organization=given.organization,
        permissions=None if given.permissions is None else tuple(given.permissions),
        role=given.role,
    )


def _password_hash(given: GivenUser, place: str, assembly: Assembly) -> str | None:
    if given.password is None:
        return given.password_hash
    if given.password_hash is not None:
        assembly.refuse(place, "a password and the hash of one are two answers to one question")
    return hash_password(given.password, assembly.salt())


def write_user(user: User) -> dict[str, Any]:
    """Write a user as it stands in a file; the password's hash stands for the password."""
    return {
        "uuid": user.uuid,
        "name": user.name,
        "email": user.email,
        "username": user.username,
        "admin": user.admin,
        "organization": user.organization,
        "permissions": user.permissions,
        "role": user.role,
        "id": user.id,
        **told(password_hash=user.password_hash),
    }


def read_credentials(assembly: Assembly) -> list[Credential]:
    """Read the credentials; their tokens are hashed."""
    given = assembly.given.credentials
    places = assembly.places("credentials", given)
    ids = assembly.ids("credential", zip(places, given, strict=True))
    return [
        _read_credential(credential, id, place, assembly)
        for credential, id, place in zip(given, ids, places, strict=True)
    ]


def _read_credential(given: GivenCredential, id: int, place: str, assembly: Assembly) -> Credential:
    assembly.refer("user", given.user, assembly.usernames, below(place, "user"))
    if wrong := unknown_scopes(given.dialect, given.scopes):
        assembly.refuse(below(place, "scopes"), wrong)
    return Credential(
        id=id,
        uuid=assembly.uuid("credential", given.uuid, place),
        dialect=given.dialect,
        secret_hash=_secret_hash(given, place, assembly),
        user=given.user,
        scopes=None if given.scopes is None else tuple(given.scopes),
        label=given.label,
        created_at=assembly.moment_or_now(given.created_at, below(place, "created_at")),
        expires_at=assembly.optional_moment(given.expires_at, below(place, "expires_at")),
    )


def _secret_hash(given: GivenCredential, place: str, assembly: Assembly) -> str:
    if given.token is None and given.token_hash is None:
        assembly.refuse("", f'missing key "token" at {place}')
    if given.token is not None and given.token_hash is not None:
        assembly.refuse(place, "a token and the hash of one are two answers to one question")
    key = "token" if given.token_hash is None else "token_hash"
    secret_hash = given.token_hash or hash_secret(given.token or "")
    # BigCommerce's requests name the store beside the token, so one token may open several workspaces.
    claim = assembly.claim if given.dialect == "bigcommerce" else assembly.claim_everywhere
    claim(f"{given.dialect} token", secret_hash, below(place, key), "the same token")
    return secret_hash


def write_credential(credential: Credential) -> dict[str, Any]:
    """Write a credential as it stands in a file; the token's hash stands for the token."""
    return {
        "dialect": credential.dialect,
        "user": credential.user,
        "scopes": credential.scopes,
        "id": credential.id,
        "uuid": credential.uuid,
        "token_hash": credential.secret_hash,
        **told(label=credential.label or None),
        "created_at": write_moment(credential.created_at),
        **told(expires_at=credential.expires_at and write_moment(credential.expires_at)),
    }
