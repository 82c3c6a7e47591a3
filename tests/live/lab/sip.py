"""SIP text in, messages with headers out, and back again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Message:
    """One SIP request or response: start line, headers in order, body."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def is_request(self) -> bool:
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        """The request's method; for a response, that of the request it answers."""
        return self.start.split(" ", 1)[0] if self.is_request else self["CSeq"].split()[-1]

    @property
    def status(self) -> int:
        return 0 if self.is_request else int(self.start.split(" ", 2)[1])

    @property
    def target(self) -> str:
        return self.start.split(" ")[1]

    @property
    def sequence(self) -> int:
        return int(self["CSeq"].split()[0])

    def __getitem__(self, name: str) -> str:
        values = self.every(name)
        return values[0] if values else ""

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def encode(self) -> bytes:
        body = self.body.encode()
        lines = [self.start, *(f"{key}: {value}" for key, value in self.headers)]
        lines.append(f"Content-Length: {len(body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def parse(data: bytes) -> Message | None:
    """The message in one datagram, or None when it is no SIP (keep-alives)."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if "SIP/2.0" not in start:
        return None
    headers = []
    for line in lines:
        key, _, value = line.partition(":")
        headers.append((key.strip(), value.strip()))
    return Message(start, headers, body)


def user(value: str) -> str:
    """The user part of a URI or of a From/To header."""
    found = re.search(r"sips?:([^@;>]*)@", value)
    return found.group(1) if found else ""


def tag(value: str) -> str:
    found = re.search(r";tag=([^;>]+)", value)
    return found.group(1) if found else ""


def uri(value: str) -> str:
    """The bare URI of a Contact, From or To header."""
    found = re.search(r"<([^>]+)>", value)
    return found.group(1) if found else value.split(";", 1)[0].strip()


def respond(request: Message, status: int, reason: str, to_tag: str) -> Message:
    """The skeleton of a response, with the headers that every response repeats."""
    answer = Message(f"SIP/2.0 {status} {reason}")
    answer.headers = [("Via", via) for via in request.every("Via")]
    to = request["To"]
    if not tag(to) and status > 100:
        to = f"{to};tag={to_tag}"
    answer.headers += [("From", request["From"]), ("To", to)]
    answer.headers += [("Call-ID", request["Call-ID"]), ("CSeq", request["CSeq"])]
    return answer


def sdp(host: str, port: int, direction: str, version: int) -> str:
    """One G.711 audio stream."""
    return "\r\n".join(
        [
            "v=0",
            f"o=- 1 {version} IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP 0",
            "a=rtpmap:0 PCMU/8000",
            "a=ptime:20",
            f"a={direction}",
            "",
        ]
    )


def media(body: str) -> tuple[str, int] | None:
    """Where the other side wants its audio."""
    port = re.search(r"^m=audio (\d+)", body, re.M)
    host = re.search(r"^c=IN IP4 (\S+)", body, re.M)
    return (host.group(1), int(port.group(1))) if port and host else None
