"""What an event looks like in the outbox."""

from typing import Any

import msgspec

from billingua.core.events import Event
from billingua.engine.batch import Happening

_encoder = msgspec.json.Encoder()


def body_of(happening: Happening) -> bytes:
    """Write an event down as a JSON object: what happened to what, when, and at whose request."""
    job, event = happening.job, happening.event
    body: dict[str, Any] = {
        "name": event.name,
        "kind": kind_of_aggregate(event),
        "id": event.id,
        "number": event.number,
        **event.details,
        "at": job.now,
        "actor": job.caller.actor,
        "dialect": job.caller.dialect,
        "request": job.caller.request,
    }
    return _encoder.encode(body)


def kind_of_aggregate(event: Event) -> str:
    """Name the kind of aggregate that an event is about: its name begins with it."""
    return event.name.partition(".")[0]
