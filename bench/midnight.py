"""Looks on while the staff moves at midnight; `bench/midnight.sh` starts the server shortly before."""

import http.client
import json
import sys
import time
import urllib.parse

STAFF, MOVES, UNITS = 18_000, 3, 600
PAUSE, AFTER, LONGEST = 0.005, 5.0, 60.0


def sheet(moved):
    print("職員番号,氏名,カナ,所属,職名,内線,外線,メール")
    for at in range(STAFF):
        unit = (at + 1 if moved and at % MOVES == 0 else at) % UNITS
        print(f"99{at:05},試験 花子{at},シケン ハナコ,試験局{unit // 60}/試験部{unit // 6}/試験課{unit},主事,{50000 + at},"
              f"0155-{30 + at // 9000:02}-{1000 + at % 9000:04},bench{at}@pref.example.jp")


class Phone:
    def __init__(self, address, user):
        self.connection = http.client.HTTPConnection(address, timeout=30)
        self.headers = {"Content-Type": "application/json"}
        device = {"name": "bench", "platform": "curl"}
        body = {"username": user["username"], "password": user["password"], "device": device}
        self.headers["Authorization"] = "Bearer " + self.ask("POST", "auth/login", json.dumps(body))["accessToken"]

    def ask(self, method, path, body=None):
        self.connection.request(method, "/api/v1/" + path, body, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        self.clock = response.getheader("Date")[-12:-7]
        assert response.status == 200, (path, response.status, text[:200])
        return json.loads(text)

    def search(self, words):
        return self.ask("GET", "directory/people?q=" + urllib.parse.quote(words))["items"]


def until_it_answers(address):
    until = time.monotonic() + 10
    while True:
        try:
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < until, "the server does not start"
        time.sleep(0.05)


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def measure(demo, address):
    until_it_answers(address)
    phone = Phone(address, json.load(open(demo))["users"][0])
    mover = "試験 花子17997"
    unit = lambda: phone.search(mover)[0]["unit"]["name"]
    before, begun, midnight, seen, searches = unit(), time.monotonic(), None, None, []
    while seen is None or time.monotonic() - seen < AFTER:
        assert time.monotonic() - begun < LONGEST, "nobody moved"
        start = time.monotonic()
        phone.search("satou")
        end = time.monotonic()
        searches.append((start, (end - start) * 1000))
        if midnight is None and phone.clock == "15:00":
            midnight = start
        if seen is None and len(searches) % 5 == 0 and unit() != before:
            seen = time.monotonic()
        time.sleep(PAUSE)
    print(f"They are seen in their new units {seen - midnight:.1f} s after midnight.\n")
    parts = {
        "before midnight": [ms for at, ms in searches if at < midnight],
        "until then": [ms for at, ms in searches if midnight <= at < seen],
        "after": [ms for at, ms in searches if at >= seen],
    }
    print("| searches | number | p50, ms | p99, ms | longest, ms |\n| --- | --- | --- | --- | --- |")
    for name, times in parts.items():
        p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
        print(f"| {name} | {len(times)} | {p50:.2f} | {p99:.2f} | {max(times):.1f} |")


if sys.argv[1] == "sheet":
    sheet(len(sys.argv) > 2)
elif sys.argv[1] == "ready":
    until_it_answers(sys.argv[2])
else:
    measure(sys.argv[2], sys.argv[3])
