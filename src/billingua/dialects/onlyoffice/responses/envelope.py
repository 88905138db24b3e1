"""The envelope around everything that is answered (contract §1.1, §1.2)."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billingua.dialects.onlyoffice.listing import Part, select, start_index
from billingua.wire.bodies import content_type
from billingua.wire.replies import encode_json
from billingua.wire.xml import encode_xml


def reply(request: Request, envelope: Mapping[str, Any], status: int) -> Response:
    """Answer with an envelope, in XML where the path ends so and the request itself is not JSON (§1.1)."""
    suffix = request.path_params.get("suffix", "").lower()
    if suffix == ".xml" and content_type(request) != "application/json":
        return Response(encode_xml("result", envelope), status, media_type="text/xml")
    return Response(encode_json(envelope), status, media_type="application/json; charset=utf-8")


def success(request: Request, shown: Mapping[str, Any] | str | int) -> Response:
    """Wrap what is answered in the envelope of every success, objects cut down to the `fields` asked for (§1.2, §1.6).

    A POST that succeeds has made something. Of a text its characters are counted, as .NET counts them: in units of
    UTF-16. Anything else that is no list is one; nothing is counted where there is nothing.
    """
    skipped = start_index(request)
    status = 201 if request.method == "POST" else 200
    count = _length(shown) if isinstance(shown, str) else int(shown != {})
    envelope = {
        **({"count": count} if count else {}),
        **({"startIndex": skipped} if skipped else {}),
        "status": 0,
        "statusCode": status,
        "response": shown if isinstance(shown, str | int) else select(request, [shown])[0],
    }
    return reply(request, envelope, status)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def success_list(request: Request, part: Part) -> Response:
    """Wrap a page of a list in the envelope: how many stand on it, and, if there are more, where the next begins."""
    skipped, count = start_index(request), len(part.shown)
    is_cut = count < part.total
    has_more = skipped + count < part.total
    status = 201 if request.method == "POST" else 200
    envelope = {
        **({"count": count} if count else {}),
        **({"startIndex": skipped} if skipped else {}),
        # One more than where the next page begins: so it was, and so it stays (§12.10).
        **({"nextIndex": skipped + count + 1} if has_more and count else {}),
        **({"total": part.total} if part.is_counted or is_cut else {}),
        "status": 0,
        "statusCode": status,
        "response": select(request, part.shown),
    }
    return reply(request, envelope, status)
