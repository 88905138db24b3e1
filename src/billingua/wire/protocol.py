"""HTTP/1.1 as clients write it, the careless ones too."""

from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class PatientProtocol(HttpToolsProtocol):
    """Reads HTTP as uvicorn does, but lets bytes that nobody announced not spoil the request before them.

    There are clients that send `{}` after a GET without a word of it in the headers. uvicorn answers such bytes at
    once with a 400, which the client takes for the answer to its GET.
    """

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be read; where a whole request stands before it, answer that one alone, then close."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # there is none before the first request
        if cycle is None or (cycle.more_body and not cycle.response_complete):
            super().send_400_response(msg)
        elif cycle.response_complete:
            self.transport.close()
        else:
            cycle.keep_alive = False
