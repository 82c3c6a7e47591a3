"""One call as one phone lives it: SIP messages in, the phone's next messages out."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from . import sip

if TYPE_CHECKING:
    from .phone import Phone

OK, BUSY, TERMINATED = 200, 486, 487
REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}


class Dialog:
    """A dialog with its one INVITE, from its first packet to its last."""

    def __init__(self, phone: Phone, call_id: str, incoming: bool) -> None:
        self.phone, self.call_id, self.incoming = phone, call_id, incoming
        self.tag = secrets.token_hex(6)
        self.local = self.remote = self.target = ""
        self.invite = sip.Message("")
        self.sequence, self.invite_sequence = 1, 0
        self.answer: sip.Message | None = None
        self.status = 0
        self.ringing, self.up, self.over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.referred = asyncio.Event()
        self.media = phone.new_media()
        self.sdp_version = 1
        self.replies: dict[str, sip.Message] = {}

    # What the owner of the phone does.

    def place(self, number: str, caller: str, name: str, extra: list[tuple[str, str]]) -> None:
        """Sends the first INVITE."""
        host = self.phone.pbx[0]
        self.local = f'"{name}" <sip:{caller}@{host}>;tag={self.tag}'
        self.remote = f"<sip:{number}@{host}>"
        self.target = f"sip:{number}@{self.phone.pbx[0]}:{self.phone.pbx[1]}"
        self.invite = self._request("INVITE", extra, self._sdp("sendrecv"))
        self.phone.transmit(self.invite)

    def say(self, status: int, contact: str = "") -> None:
        """Answers the incoming INVITE with this status."""
        if self.over.is_set() or self.up.is_set():
            return
        answer = self._reply(self.invite, status)
        if status == 302:
            answer.headers.append(("Contact", f"<sip:{contact}@{self.phone.pbx[0]}>"))
        elif status < 300:
            answer.headers.append(("Contact", self._contact()))
        if status in (183, OK):
            answer.headers.append(("Content-Type", "application/sdp"))
            answer.body = self._sdp("sendrecv")
        self._send_reply(self.invite, answer)
        self.status = status
        if status == 180:
            self.ringing.set()
        if status == OK:
            self._talk(self.invite.body)
        elif status > OK:
            self._end()

    def bye(self) -> None:
        if self.up.is_set() and not self.over.is_set():
            self.phone.transmit(self._request("BYE"))
            self._end()

    def cancel(self) -> None:
        """Gives up before the answer."""
        if self.over.is_set() or self.up.is_set():
            return
        request = sip.Message(f"CANCEL {self.invite.target} SIP/2.0")
        keep = ("Via", "From", "To", "Call-ID", "Max-Forwards")
        request.headers = [pair for pair in self.invite.headers if pair[0] in keep]
        request.headers.append(("CSeq", f"{self.invite.sequence} CANCEL"))
        self.phone.transmit(request)

    def hang_up(self) -> None:
        """Puts the receiver down, whatever the state."""
        if self.up.is_set():
            self.bye()
        elif self.incoming:
            self.say(603)
        else:
            self.cancel()

    def press(self, digits: str) -> None:
        """DTMF by SIP INFO."""
        for digit in digits:
            kind = [("Content-Type", "application/dtmf-relay")]
            body = f"Signal={digit}\r\nDuration=100\r\n"
            self.phone.transmit(self._request("INFO", kind, body))

    def hold(self, on: bool = True) -> None:
        self.sdp_version += 1
        body = self._sdp("sendonly" if on else "sendrecv")
        self.phone.transmit(self._request("INVITE", body=body))

    def refer(self, number: str, replaces: Dialog | None = None) -> None:
        """Blind transfer to a number, or an attended one to whom `replaces` talks with."""
        target = f"sip:{number}@{self.phone.pbx[0]}:{self.phone.pbx[1]}"
        if replaces is not None:
            ids = f"{replaces.call_id};to-tag={sip.tag(replaces.remote)};from-tag={replaces.tag}"
            target += "?Replaces=" + ids.replace(";", "%3B").replace("=", "%3D").replace("@", "%40")
        extra = [("Refer-To", f"<{target}>"), ("Referred-By", self.local.split(";tag")[0])]
        self.phone.transmit(self._request("REFER", extra))

    # What the PBX says.

    def request(self, message: sip.Message) -> None:
        """A request within this dialog, or its first INVITE."""
        key = f"{message.sequence} {message.method}"
        if message.method == "ACK":
            return
        if key in self.replies:
            self.phone.transmit(self.replies[key])
            return
        handler = {"INVITE": self._invited, "BYE": self._bye, "CANCEL": self._cancelled}
        handler.get(message.method, self._accept)(message)

    def response(self, message: sip.Message) -> None:
        if message.method != "INVITE":
            return
        if message.status >= 300:
            self._ack(message, self.invite["Via"])
            self.status = message.status
            if not self.up.is_set():
                self._end()
            return
        if sip.tag(message["To"]):
            self.remote = message["To"]
        if message["Contact"]:
            self.target = sip.uri(message["Contact"])
        if message.status == 180:
            self.ringing.set()
        if message.status == OK:
            self._ack(message, self.phone.via())
            self._talk(message.body)

    def _invited(self, message: sip.Message) -> None:
        if self.invite.start and message.sequence == self.invite_sequence:
            return  # sent again by the PBX, which has no answer yet
        if self.invite.start:
            answer = self._reply(message, OK)
            answer.headers += [("Contact", self._contact()), ("Content-Type", "application/sdp")]
            answer.body = self._sdp("recvonly" if "a=sendonly" in message.body else "sendrecv")
            self._send_reply(message, answer)
            return
        self.invite, self.invite_sequence = message, message.sequence
        self.phone.transmit(self._reply(message, 100))
        self.local, self.remote = f"{message['To']};tag={self.tag}", message["From"]
        self.target = sip.uri(message["Contact"])

    def _bye(self, message: sip.Message) -> None:
        self._accept(message)
        self._end()

    def _cancelled(self, message: sip.Message) -> None:
        self._accept(message)
        if not self.up.is_set() and not self.over.is_set():
            self.say(TERMINATED)

    def _accept(self, message: sip.Message) -> None:
        self._send_reply(message, self._reply(message, OK))
        if message.method == "NOTIFY" and " 200 " in message.body:
            self.referred.set()

    # How it is written.

    def _talk(self, body: str) -> None:
        self.status = OK
        self.up.set()
        where = sip.media(body)
        if where is not None and self.phone.sends_media:
            self.media.start(where)

    def _end(self) -> None:
        self.over.set()
        self.media.close()

    def _reply(self, message: sip.Message, status: int) -> sip.Message:
        return sip.respond(message, status, REASONS.get(status, "Whatever"), self.tag)

    def _send_reply(self, message: sip.Message, answer: sip.Message) -> None:
        self.replies[f"{message.sequence} {message.method}"] = answer
        self.phone.transmit(answer)

    def _request(
        self, method: str, extra: list[tuple[str, str]] | None = None, body: str = ""
    ) -> sip.Message:
        self.sequence += 1
        message = sip.Message(f"{method} {self.target} SIP/2.0", body=body)
        message.headers = [("Via", self.phone.via()), ("Max-Forwards", "70")]
        message.headers += [("From", self.local), ("To", self.remote), ("Call-ID", self.call_id)]
        message.headers.append(("CSeq", f"{self.sequence} {method}"))
        message.headers += extra or []
        message.headers.append(("Contact", self._contact()))
        if method == "INVITE":
            message.headers.append(("Content-Type", "application/sdp"))
        return message

    def _ack(self, answer: sip.Message, via: str) -> None:
        ack = sip.Message(f"ACK {self.target} SIP/2.0")
        ack.headers = [("Via", via), ("Max-Forwards", "70"), ("From", self.local)]
        ack.headers += [("To", answer["To"]), ("Call-ID", self.call_id)]
        ack.headers.append(("CSeq", f"{answer.sequence} ACK"))
        self.phone.transmit(ack)

    def _contact(self) -> str:
        host, port = self.phone.where
        return f"<sip:{self.phone.name}@{host}:{port}>"

    def _sdp(self, direction: str) -> str:
        return sip.sdp(self.phone.where[0], self.media.port, direction, self.sdp_version)
