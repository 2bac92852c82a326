#!/usr/bin/env python3
"""Series of events and what they give, as engines that have nothing to do with ours work them out.

    recurrence.py > crates/schedule/src/rules/recurrence/corpus.txt

The rule alone is expanded by python-dateutil and by libical (Debian: libical3), on the clock of its zone; the whole event, with
zone, RDATE and EXDATE, by recurring-ical-events. All must agree: where one of them is known to be wrong, and is not asked, is
written in `libical_is_right` and `recurring_ical_events_is_right`, with the sentence of RFC 5545 that says so.

The same seed gives the same file, so that .ci/run can tell whether the file is what the engines say.
"""

import ctypes
import itertools
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from dateutil.rrule import rrulestr

SEED = 5545
SERIES = 2400
# So many starts of each series are written down.
SHOWN = 10
# And so many are looked at.
LOOKED_AT = 14
# Where none of the engines finds a further start, the search ends here.
LAST = datetime(2100, 12, 30)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# Half of the series are the office's own.
ZONES = ["Asia/Tokyo"] * 6 + [
    "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC", "DATE",
]
UTC = timezone.utc

libical = ctypes.CDLL("libical.so.3")
libical.icalrecur_expand_recurrence.argtypes = [
    ctypes.c_char_p, ctypes.c_long, ctypes.c_int, ctypes.POINTER(ctypes.c_long)]


def pick(rng, values, most):
    return sorted(rng.sample(values, rng.randint(1, most)))


def listed(values):
    return ",".join(str(value) for value in values)


def both_ends(most):
    return [*range(1, most + 1), *range(-most, 0)]


def days(rng, most=3):
    chosen = set(pick(rng, range(7), most))
    return listed(name for number, name in enumerate(DAYS) if number in chosen)


def nth_days(rng, most):
    signs = [n for n in range(-most, most + 1) if n]
    return listed(dict.fromkeys(f"{rng.choice(signs)}{rng.choice(DAYS)}" for _ in range(rng.randint(1, 2))))


def yearly(rng):
    kind = rng.randrange(9)
    months = {"BYMONTH": listed(pick(rng, range(1, 13), 3))}
    if kind == 0:
        return {}
    if kind == 1:
        return months
    if kind == 2:
        return {**months, "BYMONTHDAY": listed(pick(rng, both_ends(31), 3))}
    if kind == 3:
        return {**months, "BYDAY": nth_days(rng, 5)}
    if kind == 4:
        return {"BYDAY": nth_days(rng, 53)}
    if kind == 5:
        return {"BYYEARDAY": listed(pick(rng, both_ends(366), 4))}
    if kind == 6:
        return {"BYWEEKNO": listed(pick(rng, both_ends(53), 3)), "BYDAY": days(rng)}
    if kind == 7:
        return {**months, "BYMONTHDAY": listed(pick(rng, both_ends(31), 5)), "BYDAY": days(rng, 4)}
    return {**months, "BYDAY": days(rng)}


def monthly(rng):
    kind = rng.randrange(6)
    if kind == 0:
        return {}
    if kind == 1:
        return {"BYMONTHDAY": listed(pick(rng, both_ends(31), 4))}
    if kind == 2:
        return {"BYDAY": nth_days(rng, 5)}
    if kind == 3:
        return {"BYDAY": days(rng)}
    if kind == 4:
        return {"BYDAY": days(rng, 4), "BYMONTHDAY": listed(pick(rng, both_ends(31), 9))}
    return {"BYMONTH": listed(pick(rng, range(1, 13), 4)), "BYMONTHDAY": listed(pick(rng, both_ends(31), 3))}


def weekly(rng):
    parts = {"BYDAY": days(rng, 5)} if rng.random() < 0.85 else {}
    if rng.random() < 0.2:
        parts["BYMONTH"] = listed(pick(rng, range(1, 13), 4))
    return parts


def daily(rng):
    parts = {}
    if rng.random() < 0.4:
        parts["BYDAY"] = days(rng, 5)
    if rng.random() < 0.3:
        parts["BYMONTH"] = listed(pick(rng, range(1, 13), 4))
    if rng.random() < 0.3:
        parts["BYMONTHDAY"] = listed(pick(rng, both_ends(31), 6))
    return parts


def any_rule(rng, whole_days):
    """The parts of a rule as RFC 5545 section 3.3.10 allows them together."""
    frequency = rng.choice(["YEARLY"] * 4 + ["MONTHLY"] * 3 + ["WEEKLY"] * 2 + ["DAILY"] * 2 + ["HOURLY"])
    if frequency == "HOURLY" and whole_days:
        frequency = "DAILY"
    parts = {"FREQ": frequency}
    if rng.random() < 0.4:
        parts["INTERVAL"] = rng.randint(2, 30 if frequency == "HOURLY" else 5)
    if frequency == "HOURLY":
        return parts
    by = {"YEARLY": yearly, "MONTHLY": monthly, "WEEKLY": weekly, "DAILY": daily}[frequency](rng)
    if rng.random() < 0.15 and not whole_days:
        by["BYHOUR"] = listed(pick(rng, range(24), 3))
    if rng.random() < 0.1 and not whole_days:
        by["BYMINUTE"] = listed(pick(rng, range(60), 2))
    if by and rng.random() < 0.35 and "BYWEEKNO" not in by:
        by["BYSETPOS"] = listed(pick(rng, [1, 2, 3, -1, -2], 2))
    parts.update(by)
    if rng.random() < 0.4:
        parts["WKST"] = rng.choice(DAYS)
    return parts


def text_of(parts):
    return ";".join(f"{name}={value}" for name, value in parts.items())


def by_dateutil(rule, start):
    begin = start
    parts = dict(part.split("=") for part in rule.split(";"))
    if parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts:
        # "A set of recurrence instances starts at the beginning of the interval": dateutil lets the first week begin with
        # the start of the series, so it is given the week's own beginning.
        begin -= timedelta(days=(start.weekday() - DAYS.index(parts.get("WKST", "MO"))) % 7)
    most = min(int(parts.pop("COUNT", LOOKED_AT)), LOOKED_AT)
    # Without an end it follows what never comes up to the year 9999.
    parts.setdefault("UNTIL", f"{LAST:%Y%m%dT%H%M%S}")
    found = rrulestr(text_of(parts), dtstart=begin).xafter(start, inc=True)
    return list(itertools.islice(found, most))


def by_libical(rule, start):
    array = (ctypes.c_long * LOOKED_AT)()
    seconds = int(start.replace(tzinfo=UTC).timestamp())
    libical.icalrecur_expand_recurrence(rule.encode(), seconds, LOOKED_AT, array)
    found = [datetime.fromtimestamp(value, UTC).replace(tzinfo=None) for value in array if value]
    return [at for at in found if at <= LAST]


def by_recurring_ical_events(lines, zone, until):
    text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n" + "\r\n".join(lines) + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(text))
    found = []
    for event in query.between(datetime(1990, 1, 1, tzinfo=UTC), until.replace(tzinfo=UTC) + timedelta(days=2)):
        at = event["DTSTART"].dt
        if zone == "DATE":
            found.append(datetime(at.year, at.month, at.day))
        else:
            found.append(at.astimezone(UTC).replace(tzinfo=None))
    return sorted(at for at in found if at <= until)


def libical_is_right(parts):
    """libical 3.0 passes over what these parts say."""
    def negative(name):
        return "-" in str(parts.get(name, ""))
    if "BYSETPOS" in parts:
        # "the nth occurrence within the set of recurrence instances specified by the rule": it counts days only, those of a
        # month or year, in the order in which they are written.
        small = parts["FREQ"] in ("WEEKLY", "DAILY") or "BYHOUR" in parts or "BYMINUTE" in parts
        if small or negative("BYMONTHDAY") or negative("BYYEARDAY"):
            return False
    # "-10 represents the tenth to the last day of the month": also where the part limits days (the table of section 3.3.10).
    if parts["FREQ"] == "DAILY" and negative("BYMONTHDAY"):
        return False
    # Counted from the last week of the year: there may be 53, and the last may reach into the next year.
    if negative("BYWEEKNO") or {"52", "53"} & set(str(parts.get("BYWEEKNO")).split(",")):
        return False
    # WKST "is significant when a WEEKLY RRULE has an interval greater than 1": some starts fall into another week.
    return not (parts["FREQ"] == "WEEKLY" and "WKST" in parts and "INTERVAL" in parts)


def recurring_ical_events_is_right(parts, gone):
    """It follows dateutil where that is corrected above, and takes a whole day away where an EXDATE names one of its
    times (section 3.8.5.1: values of the start's type)."""
    several = parts["FREQ"] == "HOURLY" or "BYHOUR" in parts or "BYMINUTE" in parts
    return not (gone and several or parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts)


def stamp(name, zone, values):
    if zone == "DATE":
        return f"{name};VALUE=DATE:" + ",".join(f"{at:%Y%m%d}" for at in values)
    if zone == "UTC":
        return f"{name}:" + ",".join(f"{at:%Y%m%dT%H%M%SZ}" for at in values)
    return f"{name};TZID={zone}:" + ",".join(f"{at:%Y%m%dT%H%M%S}" for at in values)


def to_utc(at, zone):
    # A time that a change of the clocks skips is read with the offset before it (RFC 5545 section 3.3.5).
    if zone in ("DATE", "UTC"):
        return at
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def ending(rng, parts, starts, zone):
    """COUNT or UNTIL: as it stands in the file, and on the clock of the zone."""
    choice = rng.random()
    if choice < 0.25:
        return f"COUNT={rng.randint(1, 9)}", None
    if choice > 0.6 or len(starts) < 4:
        return None, None
    last = rng.choice(starts[1:9])
    if zone == "DATE":
        return f"UNTIL={last:%Y%m%d}", f"UNTIL={last:%Y%m%dT%H%M%S}"
    local = f"UNTIL={last:%Y%m%dT%H%M%S}"
    form = rng.choice(["utc", "utc", "local", "date"])
    if form == "utc" or zone == "UTC":
        return f"UNTIL={to_utc(last, zone):%Y%m%dT%H%M%SZ}", local
    if form == "local":
        return local, local
    # "bounds the recurrence rule in an inclusive manner": the whole day belongs to the series.
    return f"UNTIL={last:%Y%m%d}", f"UNTIL={last:%Y%m%d}T235959"


def series(rng):
    """One event: the lines of its file, and what it gives in UTC; None where the dice made none."""
    zone = rng.choice(ZONES)
    base = datetime(rng.randint(1996, 2036), rng.randint(1, 12), rng.randint(1, 28))
    if rng.random() < 0.06:
        base = datetime(rng.choice([2000, 2020, 2024, 2028]), 2, 29)
    if zone != "DATE":
        base += timedelta(hours=rng.choice([0, 1, 2, 3, 8, 9, 9, 10, 13, 17, 23]), minutes=rng.choice([0, 0, 15, 30]))
    parts = any_rule(rng, zone == "DATE")
    starts = by_dateutil(text_of(parts), base)
    if not starts:
        return None
    # A start that its rule gives: what others give is undefined (section 3.8.5.3).
    start = starts[0]
    written, local = ending(rng, parts, by_dateutil(text_of(parts), start), zone)
    if parts["FREQ"] == "HOURLY" and not written:
        # Refused: docs/RECURRENCE.md.
        return None
    rule = ";".join(filter(None, [text_of(parts), written]))
    local_rule = ";".join(filter(None, [text_of(parts), local or written]))
    given = by_dateutil(local_rule, start)
    lines = []
    gone, added = set(), set()
    if len(given) > 3 and rng.random() < 0.2:
        gone = set(rng.sample(given[:8], min(2, len(given) - 1)))
        lines.append(stamp("EXDATE", zone, sorted(gone)))
    if rng.random() < 0.15:
        added = {start + timedelta(days=rng.randint(1, 60)) for _ in range(2)} - gone
        if added:
            lines.append(stamp("RDATE", zone, sorted(added)))
    instants = sorted({to_utc(at, zone) for at in set(given) - gone | added})
    if not instants or len(instants) < len(set(given) - gone | added):
        # An hour that a change of the clocks skips falls on the one after it: a table of our own has these.
        return None
    shown = instants[:SHOWN]
    # Neither of the other engines is asked how it reads an UNTIL that is no instant beside a zone.
    utc = local and zone != "DATE" and f"UNTIL={to_utc(datetime.strptime(local[6:], '%Y%m%dT%H%M%S'), zone):%Y%m%dT%H%M%SZ}"
    asked = ";".join(filter(None, [text_of(parts), utc or written]))
    head = stamp("DTSTART", zone, [start])
    if libical_is_right(parts):
        expect("libical", rule, by_libical(local_rule, start), given)
    if recurring_ical_events_is_right(parts, gone):
        found = by_recurring_ical_events([head, f"RRULE:{asked}", *lines], zone, shown[-1])
        expect("recurring-ical-events", [head, rule, *lines], found, shown)
    return [head, f"RRULE:{rule}", *lines, f"= {short(shown)}{' +' if len(instants) > SHOWN else ''}"]


def expect(engine, series, theirs, ours):
    if theirs != ours:
        sys.exit(f"{engine} gives something else for {series}:\n{short(theirs[:12])}\n{short(ours[:12])}")


def short(times):
    """Each time as far as it differs from the one before: `2026-04-01T09:00 04-08 04-15T10:00`."""
    words, before = [], None
    for at in times:
        date, clock = f"{at:%Y-%m-%d}", f"T{at:%H:%M}"
        if before and before.year == at.year:
            date = date[5:]
        words.append(date + ("" if before and before.time() == at.time() else clock))
        before = at
    return " ".join(words)


def main():
    rng = random.Random(SEED)
    print("Series and the instants that they give, by python-dateutil, libical and recurring-ical-events alike; made by")
    print(".ci/recurrence.py. Each instant is written as far as it differs from the one before; '+' says that there are more.")
    seen = set()
    while len(seen) < SERIES:
        made = series(rng)
        if made and made[-1] and tuple(made[:-1]) not in seen:
            seen.add(tuple(made[:-1]))
            print("", *made, sep="\n")


main()
