"""A server that speaks EWS as Microsoft's pages describe it, over real HTTP(S), in the place of an
Exchange Server, which no test can have.

Shapes: learn.microsoft.com/exchange/client-developer/web-service-reference, the pages of
GetUserOofSettings, FindItem (CalendarView), GetFolder, ConvertId and ResponseCode.
"""

from __future__ import annotations

import base64
import ssl
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

from tests.absences.people import RIGA
from tests.sources.serving import Serving

PATH = "/EWS/Exchange.asmx"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
_M, _T = f"{{{MESSAGES}}}", f"{{{TYPES}}}"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_ENVELOPE = f"""<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
<s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1544"
 MinorBuildNumber="4" Version="V2017_07_11" xmlns:h="{TYPES}" xmlns="{TYPES}"/></s:Header>
<s:Body xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">%s</s:Body></s:Envelope>"""
_OOF = """<m:GetUserOofSettingsResponse>
<m:ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>
</m:ResponseMessage>
<t:OofSettings><t:OofState>{state}</t:OofState><t:ExternalAudience>All</t:ExternalAudience>
<t:Duration><t:StartTime>{start}</t:StartTime><t:EndTime>{end}</t:EndTime></t:Duration>
<t:InternalReply xml:lang="en-US"><t:Message>I am ill.</t:Message></t:InternalReply>
<t:ExternalReply xml:lang="en-US"><t:Message>Away.</t:Message></t:ExternalReply>
</t:OofSettings><m:AllowExternalOof>All</m:AllowExternalOof></m:GetUserOofSettingsResponse>"""
_ITEM = """<t:CalendarItem><t:ItemId Id="{uid}" ChangeKey="a"/><t:UID>{uid}</t:UID>
<t:Start>{start}</t:Start><t:End>{end}</t:End><t:IsAllDayEvent>{whole}</t:IsAllDayEvent>
<t:LegacyFreeBusyStatus>{shown_as}</t:LegacyFreeBusyStatus><t:IsCancelled>{cancelled}</t:IsCancelled>
<t:StartTimeZone Id="FLE Standard Time"/><t:EndTimeZone Id="FLE Standard Time"/>
</t:CalendarItem>"""


class ExchangeServer(Serving):
    """Mailboxes with automatic replies and a calendar, and one user who may read them."""

    def __init__(self, user: str, password: str, certificate: Path | None = None) -> None:
        self.user, self.password = user, password
        self.mailboxes = {"anna@house.example"}
        self.replies = (
            "Disabled",
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 1, 2, tzinfo=UTC),
        )
        self.items: list[str] = []
        self.fails: tuple[int, str] | None = None
        """An HTTP status and a body in the place of every answer to one who is known."""
        self.refuses: str | None = None
        """A response code in the place of what is asked of a mailbox."""
        self.asked: list[tuple[str, str]] = []
        """Each operation with the mailbox that was acted for."""
        self.bodies: list[bytes] = []
        self.logins = 0
        self._scheme = "http" if certificate is None else "https"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if certificate is not None:
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(certificate)
            self._server.socket = trust.wrap_socket(self._server.socket, server_side=True)

    @property
    def address(self) -> str:
        return f"{self._scheme}://localhost:{self._server.server_port}{PATH}"

    def put(
        self, uid: str, start: datetime, end: datetime, shown_as: str = "OOF", *,
        whole: bool = False, cancelled: bool = False,
    ) -> None:  # fmt: skip
        """An entry of the calendar. Of a whole day, midnights in the zone of who entered it."""
        self.items.append(_ITEM.format(
            uid=uid, start=_utc(start), end=_utc(end), shown_as=shown_as,
            whole=str(whole).lower(), cancelled=str(cancelled).lower(),
        ))  # fmt: skip

    def put_day(self, uid: str, day: date, shown_as: str = "Busy", days: int = 1) -> None:
        """Whole days, entered in Riga."""
        start = datetime(day.year, day.month, day.day, tzinfo=RIGA)
        self.put(uid, start, start + timedelta(days=days), shown_as, whole=True)

    def answer(self, body: bytes) -> str:
        root = ElementTree.fromstring(body)
        question = next(iter(root.iterfind(f"{_SOAP}Body/*")))
        operation = question.tag.removeprefix(_M).removesuffix("Request")
        whose = root.findtext(f".//{_T}ConnectingSID/{_T}PrimarySmtpAddress") or ""
        self.asked.append((operation, whose))
        self.bodies.append(body)
        if operation == "ConvertId":
            return _refusal(operation, "ErrorInvalidIdMalformed")
        if whose and whose not in self.mailboxes:
            return _refusal(operation, "ErrorNonExistentMailbox")
        if self.refuses is not None:
            return _refusal(operation, self.refuses)
        return getattr(self, f"_{operation.lower()}")(question)  # type: ignore[no-any-return]

    def _getuseroofsettings(self, question: ElementTree.Element) -> str:
        state, start, end = self.replies
        return _OOF.format(state=state, start=_utc(start), end=_utc(end))

    def _getfolder(self, question: ElementTree.Element) -> str:
        folders = "".join(
            f'<t:CalendarFolder><t:FolderId Id="{one.get("Id")}" ChangeKey="a"/>'
            f"<t:FolderClass>IPF.Appointment</t:FolderClass><t:DisplayName>Calendar"
            f"</t:DisplayName></t:CalendarFolder>"
            for one in question.iter(f"{_T}DistinguishedFolderId")
        )
        return _success("GetFolder", f"<m:Folders>{folders}</m:Folders>")

    def _finditem(self, question: ElementTree.Element) -> str:
        """What overlaps the time of the view."""
        view = question.find(f"{_M}CalendarView")
        assert view is not None, "a calendar is asked for a time"
        first, last = view.attrib["StartDate"], view.attrib["EndDate"]
        found = [item for item in self.items if _between(item, first, last)]
        return _success(
            "FindItem",
            f'<m:RootFolder TotalItemsInView="{len(found)}" IncludesLastItemInRange="true">'
            f"<t:Items>{''.join(found)}</t:Items></m:RootFolder>",
        )

    def _getitem(self, question: ElementTree.Element) -> str:
        ids = [one.get("Id") for one in question.iter(f"{_T}ItemId")]
        found = "".join(
            f'<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError'
            f"</m:ResponseCode><m:Items>{item}</m:Items></m:GetItemResponseMessage>"
            for item in self.items
            if any(f'Id="{one}"' in item for one in ids)
        )
        return (
            f"<m:GetItemResponse><m:ResponseMessages>{found}"
            f"</m:ResponseMessages></m:GetItemResponse>"
        )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _between(item: str, first: str, last: str) -> bool:
    start, end = (item.split(f"<t:{tag}>")[1][:20] for tag in ("Start", "End"))
    return start < f"{last[:19]}Z" and end > f"{first[:19]}Z"


def _success(operation: str, what: str) -> str:
    return (
        f"<m:{operation}Response><m:ResponseMessages><m:{operation}ResponseMessage "
        f'ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>{what}'
        f"</m:{operation}ResponseMessage></m:ResponseMessages></m:{operation}Response>"
    )


def _refusal(operation: str, code: str) -> str:
    why = (
        f"<m:MessageText>No.</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>"
        "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
    )
    if operation == "GetUserOofSettings":
        return (
            f'<m:{operation}Response><m:ResponseMessage ResponseClass="Error">{why}'
            f"</m:ResponseMessage></m:{operation}Response>"
        )
    return (
        f"<m:{operation}Response><m:ResponseMessages><m:{operation}ResponseMessage "
        f'ResponseClass="Error">{why}</m:{operation}ResponseMessage></m:ResponseMessages>'
        f"</m:{operation}Response>"
    )


def _handler(server: ExchangeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True  # otherwise each answer waits 40 ms for a delayed ACK

        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            login = f"{server.user}:{server.password}".encode()
            known = self.headers["Authorization"] == f"Basic {base64.b64encode(login).decode()}"
            server.logins += bool(self.headers["Authorization"])
            if self.path != PATH:
                self._say(404, b"")
            elif not known:
                self._say(401, b"", 'Basic realm="house"')
            elif server.fails is not None:
                self._say(server.fails[0], server.fails[1].encode())
            else:
                self._say(200, (_ENVELOPE % server.answer(body)).encode())

        def _say(self, status: int, body: bytes, sign_in: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if sign_in:
                self.send_header("WWW-Authenticate", sign_in)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
