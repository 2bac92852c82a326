#!/usr/bin/env python3
"""Asks calendar servers for the same work and tells what it costs each of them; started by dav.sh."""

import argparse
import base64
import json
import pathlib
import re
import selectors
import socket
import time
from datetime import datetime, timedelta

FIRST = datetime(2026, 11, 2, 0, 0)
EVENTS_A_WEEK = 40
NAMESPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
LENGTH = re.compile(rb"content-length: *(\d+)")
TOKEN = re.compile(rb"sync-token>([^<]*)<")


class Incomplete(Exception):
    """An answer has other members than it should."""


# Where the calendars and the address books of whoever asks lie.
HOMES = {
    "radicale": ("/user/", "/user/"), "xandikos": ("/user/calendars/", "/user/contacts/"),
    "rustical": ("/caldav/principal/user/", "/carddav/principal/user/"),
}


class Connection:
    """HTTP/1.1 with as little work as can be, for who asks runs on the cores of who answers."""

    def __init__(self, port, headers):
        self.head = "Host: 127.0.0.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.port, self.socket = port, None

    def ask(self, method, path, body, headers):
        """Sends a request, in one piece."""
        if not self.socket:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer, self.length, self.body_at = bytearray(), None, 0
        body = (body or "").encode()
        head = f"{method} {path} HTTP/1.1\r\n{self.head}{headers}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)

    def is_answered(self):
        """Takes what came; whether the answer is whole."""
        part = self.socket.recv(1 << 20)
        self.answer += part
        if not self.body_at:
            at = self.answer.find(b"\r\n\r\n")
            if at < 0 and part:
                return False
            self.body_at = at + 4
            head = bytes(self.answer[:at]).lower()
            length = LENGTH.search(head)
            self.status, self.is_chunked = int(head[9:12] or 0), b"transfer-encoding: chunked" in head
            self.length = 0 if self.status == 204 else length and int(length[1])
            self.closes = head.startswith(b"http/1.0") or b"connection: close" in head
        if self.is_chunked:
            is_whole = self.answer.endswith(b"\r\n0\r\n\r\n", self.body_at - 2)
        else:
            is_whole = self.length is not None and len(self.answer) >= self.body_at + self.length
        if part and not is_whole:
            return False
        # Some servers close the connection after each answer.
        if self.closes or not part:
            self.close()
        return True

    def body(self):
        if not self.is_chunked:
            return bytes(self.answer[self.body_at:])
        found, at = bytearray(), self.body_at
        while True:
            line = self.answer.index(b"\r\n", at)
            size = int(self.answer[at:line], 16)
            if not size:
                return bytes(found)
            found += self.answer[line + 2:line + 2 + size]
            at = line + 2 + size + 2

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None


class Server:
    """A server process and a connection to it."""

    def __init__(self, name, pid, port, handout, password="user"):
        self.name, self.pid, self.port = name, int(pid), int(port)
        self.headers = {"Connection": "keep-alive"}
        if name == "renraku":
            user = self.wait_for(handout)["users"][0]
            login = base64.b64encode(f"{user['username']}:{user['appPassword']}".encode()).decode()
            self.home = f"/dav/calendars/{user['personId']}/"
            self.books = f"/dav/addressbooks/{user['personId']}/"
        else:
            login = base64.b64encode(f"user:{password}".encode()).decode()
            self.home, self.books = HOMES[name]
        self.headers["Authorization"] = f"Basic {login}"
        self.connection = self.connect()
        self.wait_until_it_answers()

    @staticmethod
    def wait_for(handout):
        for _ in range(600):
            if pathlib.Path(handout).exists():
                return json.loads(pathlib.Path(handout).read_text())
            time.sleep(0.1)
        raise SystemExit("renraku does not start")

    def connect(self):
        return Connection(self.port, self.headers)

    def wait_until_it_answers(self):
        for _ in range(300):
            try:
                return self.ask("OPTIONS", "/")
            except OSError:
                self.connection.close()
                time.sleep(0.1)
        raise SystemExit(f"{self.name} does not start")

    def ask(self, method, path, body=None, depth=None, kind="application/xml; charset=utf-8"):
        headers = f"Content-Type: {kind}\r\n" if body is not None else ""
        headers += f"Depth: {depth}\r\n" if depth is not None else ""
        self.connection.ask(method, path, body, headers)
        while not self.connection.is_answered():
            pass
        return self.connection.status, self.connection.body().decode()

    def cpu(self):
        """Seconds of CPU that the process has used, threads that ended included, to the nanosecond."""
        # What clock_getcpuclockid(3) makes of a process on Linux.
        return time.clock_gettime((~self.pid << 3) | 2)


def event(number):
    # Forty a week: a week has as many whether there are a thousand or ten thousand.
    start = FIRST + timedelta(weeks=number // EVENTS_A_WEEK, hours=number % EVENTS_A_WEEK * 3)
    return "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//bench//EN", "BEGIN:VEVENT", f"UID:bench-{number}",
        "DTSTAMP:20261101T000000Z", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:会議 {number}", "DESCRIPTION:" + "議題と資料 " * 8, "END:VEVENT", "END:VCALENDAR", ""])


class Work:
    """What is asked of one calendar, each answer counted."""

    def __init__(self, server, size):
        self.server, self.size = server, size
        self.path = f"{server.home}bench{size}/"
        self.number = size
        # It may have been closed while the other servers started.
        server.connection.close()
        status, text = server.ask(
            "MKCALENDAR", self.path,
            f"<C:mkcalendar {NAMESPACES}><set><prop><displayname>bench</displayname></prop></set></C:mkcalendar>")
        if status != 201:
            raise SystemExit(f"{server.name}: MKCALENDAR: {status} {text[:200]}")
        for number in range(size):
            self.store(number)
        self.token = self.sync("", size)

    def store(self, number):
        status, text = self.server.ask("PUT", f"{self.path}e{number}.ics", event(number), kind="text/calendar; charset=utf-8")
        if status not in (201, 204):
            raise SystemExit(f"{self.server.name}: PUT: {status} {text[:200]}")

    def report(self, body, expected, depth="1"):
        status, text = self.server.ask("REPORT", self.path, body, depth)
        found = len(re.findall(r"\.ics</(?:\w+:)?href>", text))
        if status != 207 or found != expected:
            raise Incomplete(f"{status}, {found} of {expected}")
        return text

    @staticmethod
    def sync_body(token):
        return (f"<sync-collection {NAMESPACES}><sync-token>{token}</sync-token><sync-level>1</sync-level>"
                "<prop><getetag/></prop></sync-collection>")

    def sync(self, token, expected):
        text = self.report(self.sync_body(token), expected)
        return re.search(r"sync-token>([^<]*)<", text).group(1)

    def put(self):
        self.store(self.number)
        self.number += 1

    def list_all(self):
        self.query("", "", self.number)

    def list_and_read(self):
        """As a phone does that keeps some months: what is there in a time, and the text of each."""
        weeks = min(self.size, 1000) // EVENTS_A_WEEK
        window = f'<C:time-range start="{FIRST:%Y%m%dT%H%M%SZ}" end="{FIRST + timedelta(weeks=weeks):%Y%m%dT%H%M%SZ}"/>'
        found = self.query("", window, weeks * EVENTS_A_WEEK)
        hrefs = re.findall(r"<(?:\w+:)?href>([^<]*\.ics)</", found)
        body = "".join(f"<href>{href}</href>" for href in hrefs)
        text = self.report(f"<C:calendar-multiget {NAMESPACES}><prop><getetag/><C:calendar-data/></prop>{body}"
                           "</C:calendar-multiget>", len(hrefs))
        if text.count("BEGIN:VEVENT") != len(hrefs):
            raise Incomplete(f"{text.count('BEGIN:VEVENT')} events of {len(hrefs)}")

    def idle(self):
        self.token = self.sync(self.token, 0)

    def one_change(self):
        self.token = self.sync(self.changed, 1)

    def query(self, data, window, expected):
        return self.report(
            f'<C:calendar-query {NAMESPACES}><prop><getetag/>{data}</prop><C:filter><C:comp-filter name="VCALENDAR">'
            f'<C:comp-filter name="VEVENT">{window}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>', expected)

    BOUNDS = 'start="20261102T000000Z" end="20261109T000000Z"'

    def week(self):
        self.query("<C:calendar-data/>", f"<C:time-range {self.BOUNDS}/>", EVENTS_A_WEEK)

    def week_expanded(self):
        self.query(f"<C:calendar-data><C:expand {self.BOUNDS}/></C:calendar-data>", f"<C:time-range {self.BOUNDS}/>", EVENTS_A_WEEK)

    def free_busy(self):
        status, text = self.server.ask(
            "REPORT", self.path, f"<C:free-busy-query {NAMESPACES}><C:time-range {self.BOUNDS}/></C:free-busy-query>", "1")
        if status != 200 or "FREEBUSY" not in text:
            raise Incomplete(status)


def card(number):
    name = f"氏名{number:06}"
    return "\r\n".join([
        "BEGIN:VCARD", "VERSION:3.0", f"UID:card-{number}", f"FN:{name}", f"N:{name};;;;", f"ORG:協力会社{number % 50}",
        f"TEL;TYPE=WORK:0155{number:06}", f"EMAIL:c{number}@example.jp", "END:VCARD", ""])


class Book:
    """An address book, of which one card is asked for by its name."""

    def __init__(self, server, size):
        self.server, self.wanted, self.path = server, size // 2, f"{server.books}bench{size}/"
        server.connection.close()
        status, text = server.ask(
            "MKCOL", self.path, '<mkcol xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/>'
            "<A:addressbook/></resourcetype></prop></set></mkcol>")
        if status != 201:
            raise SystemExit(f"{server.name}: MKCOL: {status} {text[:200]}")
        for number in range(size):
            status, text = server.ask("PUT", f"{self.path}c{number}.vcf", card(number), kind="text/vcard; charset=utf-8")
            if status not in (201, 204):
                raise SystemExit(f"{server.name}: PUT of a card: {status} {text[:200]}")

    def ask(self):
        status, text = self.server.ask(
            "REPORT", self.path,
            '<A:addressbook-query xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><prop><getetag/><A:address-data/></prop>'
            f'<A:filter><A:prop-filter name="FN"><A:text-match match-type="contains">氏名{self.wanted:06}</A:text-match>'
            "</A:prop-filter></A:filter></A:addressbook-query>", "1")
        if status != 207 or text.count("BEGIN:VCARD") != 1:
            raise Incomplete(f"{status}, {text.count('BEGIN:VCARD')} of 1")

    def cost(self, repeat):
        """Milliseconds of CPU for one query."""
        self.server.connection.close()
        try:
            self.ask()
            before = self.server.cpu()
            for _ in range(repeat):
                self.ask()
            return (self.server.cpu() - before) * 1000 / repeat
        except Incomplete as fault:
            return f"incomplete ({fault})"


ROWS = [
    ("PUT", Work.put, 1), ("list and multiget of 1,000", Work.list_and_read, 20),
    ("list of all", Work.list_all, 20), ("sync-collection, idle", Work.idle, 1),
    ("sync-collection, one change", Work.one_change, 1), ("calendar-query, a week", Work.week, 2),
    ("the same with expand", Work.week_expanded, 2), ("free-busy-query, a week", Work.free_busy, 2),
]


def cost(work, act, repeat):
    """Milliseconds of CPU for one piece of work."""
    # It may have been closed while the other servers worked.
    work.server.connection.close()
    try:
        # The first may fill caches, and the token before the last change is made here.
        work.token = work.sync(work.token, work.number - work.size) if work.number > work.size else work.token
        work.size = work.number
        if act is Work.one_change:
            work.changed = work.token
            work.put()
            work.size = work.number
        act(work)
        before = work.server.cpu()
        for _ in range(repeat):
            act(work)
        return (work.server.cpu() - before) * 1000 / repeat
    except Incomplete as fault:
        return f"incomplete ({fault})"


class Caller:
    """One of many clients: it asks for the next thing when it was answered."""

    def __init__(self, work, numbers):
        self.work, self.numbers, self.token, self.asked = work, numbers, work.token, 0
        self.connection = work.server.connect()

    def ask(self):
        self.asked += 1
        if self.asked % 20 == 0:
            number = next(self.numbers)
            body = event(number % 100_000).replace("UID:bench-", f"UID:crowd-{number}-")
            kind = "Content-Type: text/calendar; charset=utf-8\r\n"
            self.connection.ask("PUT", f"{self.work.path}c{number}.ics", body, kind)
        else:
            kind = "Content-Type: application/xml; charset=utf-8\r\nDepth: 1\r\n"
            self.connection.ask("REPORT", self.work.path, self.work.sync_body(self.token), kind)

    def hear(self):
        """Whether it was answered."""
        if not self.connection.is_answered():
            return False
        if self.connection.status not in (201, 207):
            raise SystemExit(f"{self.work.server.name}: {self.connection.status}")
        token = TOKEN.search(self.connection.answer)
        self.token = token[1].decode() if token else self.token
        return True


def crowd(work, clients, seconds):
    """Requests a second of so many clients, 95 % idle syncs and 5 % PUT."""
    numbers = iter(range(10_000_000, 20_000_000))
    callers, answered = [Caller(work, numbers) for _ in range(clients)], 0
    ready = selectors.DefaultSelector()

    def begin(caller):
        caller.ask()
        ready.register(caller.connection.socket, selectors.EVENT_READ, caller)

    before, end = work.server.cpu(), time.monotonic() + seconds
    for caller in callers:
        begin(caller)
    while time.monotonic() < end:
        for key, _ in ready.select(1):
            if not key.data.hear():
                continue
            answered += 1
            if key.data.connection.socket:
                key.data.ask()
            else:
                ready.unregister(key.fileobj)
                begin(key.data)
    return answered / seconds, (work.server.cpu() - before) * 1000 / max(answered, 1)


def in_words(found):
    """Costs, each after the first with how many times the first it is."""
    ours = found[0]
    whole = lambda value: value if isinstance(value, str) else f"{value:.3f}"
    ratio = lambda value: "" if isinstance(value, str) or isinstance(ours, str) else f" ({value / ours:.0f}×)"
    return [whole(ours)] + [whole(value) + ratio(value) for value in found[1:]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", action="append", required=True)
    parser.add_argument("--handout", required=True)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--repeat", type=int, default=200)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--cards", type=int, default=5000)
    options = parser.parse_args()
    servers = [Server(name, pid, port, options.handout, *password)
               for name, pid, port, *password in map(str.split, options.server)]
    names = [server.name for server in servers]
    print("CPU ms of the server process for one piece of work; × is how many times the first server's that is. "
          "The client runs on the same cores.\n")
    first = {}
    for size in map(int, options.sizes.split(",")):
        works = [Work(server, size) for server in servers]
        print(f"| {size:,} events | {' | '.join(names)} | growth |\n| --- |{' --- |' * (len(names) + 1)}")
        for label, act, share in ROWS:
            found = [cost(work, act, max(options.repeat // share, 3)) for work in works]
            ours, cells = found[0], in_words(found)
            known = first.setdefault(label, ours)
            growth = "" if isinstance(ours, str) or isinstance(known, str) else f"{ours / known:.2f}×"
            print(f"| {label} | {' | '.join(cells)} | {growth} |", flush=True)
        print()
    if options.cards:
        books = [Book(server, options.cards) for server in servers]
        print(f"| {options.cards:,} cards | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}")
        found = [book.cost(max(options.repeat // 2, 3)) for book in books]
        print(f"| addressbook-query, one name | {' | '.join(in_words(found))} |\n", flush=True)
    for work in works:
        rate, each = crowd(work, options.clients, 5)
        print(f"{work.server.name}: {options.clients} clients, 95 % idle syncs, 5 % PUT: {rate:,.0f} requests a second "
              f"(the client's own limit included), {each:.3f} ms CPU each", flush=True)


main()
