"""Asks Renraku and slapd for the same and tells the CPU of each search; `bench/ldap.sh` starts both."""

import base64
import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

BASE = "dc=pref,dc=example,dc=jp"
KEPT = ["uid", "cn", "cn;lang-ja-phonetic", "sn", "sn;lang-ja-phonetic", "givenName", "givenName;lang-ja-phonetic",
        "displayName", "displayName;lang-ja-phonetic", "telephoneNumber", "mobile", "mail", "ou", "title"]
ASKED = ["cn", "telephoneNumber", "mobile", "mail"]
SECONDS = 3.0


def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def text(value, tag=0x04):
    return tlv(tag, value.encode())


def number(value, tag=0x02):
    return tlv(tag, value.to_bytes(4, "big"))


def equal(name, value):
    return tlv(0xA3, text(name), text(value))


def holds(name, piece):
    return tlv(0xA4, text(name), tlv(0x30, text(piece, 0x81)))


def search(message, wanted, size, asked=ASKED, controls=b""):
    request = tlv(0x63, text("ou=people," + BASE), b"\x0a\x01\x02", b"\x0a\x01\x00", number(size),
                  number(0), b"\x01\x01\x00", wanted, tlv(0x30, *map(text, asked)))
    return tlv(0x30, number(message), request, controls)


def read_tlv(data, at):
    """The tag, where the value begins and where it ends; None while it is not all there."""
    if len(data) < at + 2:
        return None
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if len(data) < at + count:
            return None
        size, at = int.from_bytes(data[at:at + count], "big"), at + count
    return (tag, at, at + size) if len(data) >= at + size else None


def members(data, at, end):
    while at < end:
        tag, begin, at = read_tlv(data, at)
        yield tag, data[begin:at]


class Client:
    def __init__(self, url, name, password):
        host, port = url.removeprefix("ldap://").split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        bind = tlv(0x60, b"\x02\x01\x03", text(name), text(password, 0x80))
        self.socket.sendall(tlv(0x30, number(1), bind))
        answer = list(members(self.message(), 0, len(self.last)))
        assert answer[1][1][2] == 0, "the bind was refused"

    def message(self):
        while (found := read_tlv(self.data, 0)) is None:
            chunk = self.socket.recv(1 << 16)
            assert chunk, "the connection ended"
            self.data += chunk
        _, begin, end = found
        self.last, self.data = self.data[begin:end], self.data[end:]
        return self.last

    def ask(self, request):
        """Sends a search; answers with its entries (as their bytes) and what came at the end."""
        self.socket.sendall(request)
        entries = []
        while True:
            parts = list(members(self.message(), 0, len(self.last)))
            if parts[1][0] == 0x65:
                return entries, parts
            entries.append(parts[1][1])


def wait(url):
    until = time.monotonic() + 600
    host, port = url.removeprefix("ldap://").split(":")
    while True:
        try:
            return socket.create_connection((host, int(port))).close()
        except OSError:
            assert time.monotonic() < until, url + " does not answer"
            time.sleep(0.05)


def demo(file, pid):
    """What the demo says of itself, once it is ready."""
    until = time.monotonic() + 600
    while True:
        os.kill(pid, 0)
        try:
            told = json.loads(Path(file).read_text())["ldap"]
            wait(told["url"])
            return told
        except (OSError, ValueError):
            assert time.monotonic() < until, "the demo does not start"
            time.sleep(0.1)


def dump(file, pid):
    """Everyone, as LDIF."""
    told = demo(file, pid)
    client = Client(told["url"], told["bindDn"], told["password"])

    def entry(dn, pairs):
        encoded = lambda value: base64.b64encode(value).decode()
        print("dn::", encoded(dn))
        for name, value in pairs:
            print(f"{name}:: {encoded(value)}")
        print()

    entry(BASE.encode(), [("objectClass", b"dcObject"), ("objectClass", b"organization"), ("o", b"pref"), ("dc", b"pref")])
    entry(("ou=people," + BASE).encode(), [("objectClass", b"organizationalUnit"), ("ou", b"people")])
    cookie, everyone = b"", equal("objectClass", "person")
    while True:
        page = tlv(0x30, number(1000), tlv(0x04, cookie))
        control = tlv(0x30, text("1.2.840.113556.1.4.319"), tlv(0x04, page))
        entries, end = client.ask(search(2, everyone, 0, KEPT, tlv(0xA0, control)))
        for found in entries:
            (_, dn), (_, attributes) = members(found, 0, len(found))
            pairs = [("objectClass", b"inetOrgPerson")]
            for _, attribute in members(attributes, 0, len(attributes)):
                (_, name), (_, values) = members(attribute, 0, len(attribute))
                pairs += [(name.decode(), value) for _, value in members(values, 0, len(values))]
            entry(dn, pairs)
        (_, control), = members(end[2][1], 0, len(end[2][1]))
        value = list(members(control, 0, len(control)))[-1][1]
        _, begin, stop = read_tlv(value, 0)
        cookie = list(members(value, begin, stop))[1][1]
        if not cookie:
            return


def cpu(pid):
    """User and system time of all threads of a process, in seconds."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def row(client, pid, wanted, size):
    """CPU of one search in ms, and how many entries it had."""
    request = search(2, wanted, size)
    entries, _ = client.ask(request)
    for _ in range(50):
        client.ask(request)
    before, until, count = cpu(pid), time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        client.ask(request)
        count += 1
    return (cpu(pid) - before) / count * 1000, len(entries)


def crowd(connect, wanted, connections=8, together=20):
    """Searches a second over several connections, each with several on their way."""
    counts = [0] * connections
    until = time.monotonic() + SECONDS
    request = search(2, wanted, 0) * together

    def work(at):
        client = connect()
        while time.monotonic() < until:
            client.socket.sendall(request)
            done = 0
            while done < together:
                parts = client.message()
                # The tag of the operation stands behind the number of the message.
                done += parts[2 + parts[1]] == 0x65
            counts[at] += done

    threads = [threading.Thread(target=work, args=[at]) for at in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def measure(file, ours, theirs, url):
    told = demo(file, ours)
    wait(url)
    us = lambda: Client(told["url"], told["bindDn"], told["password"])
    them = lambda: Client(url, "cn=admin," + BASE, "bench")
    a, b = us(), them()
    entries, _ = a.ask(search(2, equal("uid", "taro"), 0, ["cn"]))
    attributes = list(members(entries[0], 0, len(entries[0])))[1][1]
    (_, first), *_ = members(attributes, 0, len(attributes))
    values = list(members(first, 0, len(first)))[1][1]
    name = next(members(values, 0, len(values)))[1].decode()
    rows = [
        ("uid", equal("uid", "hanako"), 0),
        ("full name, a part of `cn`", holds("cn", name), 0),
        ("one character, 50 entries", holds("cn", "田"), 50),
        ("nobody", holds("cn", "〇〇〇"), 0),
        ("desk phone: name or number", tlv(0xA1, holds("cn", name), holds("telephoneNumber", name)), 50),
    ]
    print("| search | entries | Renraku, CPU ms | slapd, CPU ms | entries of slapd |")
    print("| --- | --- | --- | --- | --- |")
    for what, wanted, size in rows:
        mine, found = row(a, ours, wanted, size)
        other, there = row(b, theirs, wanted, size)
        print(f"| {what} | {found} | {mine:.3f} | {other:.3f} | {there} |", flush=True)
    for what, wanted in [("kana", holds("cn", "さとう")), ("romaji", holds("cn", "satou")), ("another glyph", holds("cn", "高橋"))]:
        mine, found = row(a, ours, wanted, 50)
        other, there = row(b, theirs, wanted, 50)
        print(f"| {what}, at most 50 | {found} | {mine:.3f} | {other:.3f} | {there} |", flush=True)
    wanted = equal("uid", "hanako")
    print(f"\nuid over 8 connections: Renraku {crowd(us, wanted):,.0f}/s, slapd {crowd(them, wanted):,.0f}/s")


if __name__ == "__main__":
    if sys.argv[1] == "dump":
        dump(sys.argv[2], int(sys.argv[3]))
    else:
        measure(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
