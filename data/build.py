#!/usr/bin/env python3
"""Builds the feeds of data/gtfs, each from its folder of data/sources.

Plain Python, no packages, no clock: the same sources give the same bytes.

    python3 data/build.py            write the feeds
    python3 data/build.py --check    exit 1 if a committed feed differs
"""

import csv
import io
import math
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent

ROUTE_TYPES = {"metro": "1", "bus": "3", "brt": "702", "tram": "0"}

# For times of travel only, which are illustrative: meters a second, seconds at each stop.
SPEEDS = {"metro": (10, 30), "tram": (6, 30), "brt": (6, 25), "bus": (5, 20)}

# A street is longer than the straight line between two stops. Used where no source has meters.
DETOUR = 1.25

FIRST_DEPARTURE_S = 6 * 3600
LAST_DEPARTURE = "23:00:00"
HEADWAY_S = "300"
SERVICE = "daily"


def read(feed, name):
    with open(DATA / "sources" / feed / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meters_between(one, other):
    """Great-circle distance of two stops, rounded to 10 m."""
    lat1, lon1, lat2, lon2 = (
        math.radians(float(stop[axis])) for stop in (one, other) for axis in ("lat", "lon")
    )
    a = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return round(2 * 6_371_000 * math.asin(math.sqrt(a)) * DETOUR / 10) * 10


def calls_of(line, calls, stops):
    """The stops of a line in order: (stop_id, meters to the next, where they are from)."""
    here = sorted((c for c in calls if c["line_id"] == line["line_id"]), key=lambda c: int(c["seq"]))
    found = []
    for place, call in enumerate(here):
        last = place + 1 == len(here)
        if last:
            meters = 0
        elif call["meters_to_next"]:
            meters = int(call["meters_to_next"])
        else:
            meters = meters_between(stops[call["stop_id"]], stops[here[place + 1]["stop_id"]])
        found.append((call["stop_id"], meters, "" if last else call["meters_source"]))
    return found


def reverse(calls):
    """The same line the other way round."""
    stops = [stop for stop, _, _ in calls][::-1]
    sections = [(meters, source) for _, meters, source in calls[:-1]][::-1] + [(0, "")]
    return [(stop, *section) for stop, section in zip(stops, sections)]


def clock(seconds):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def stop_times(trip_id, calls, mode):
    """Rows of one trip. `shape_dist_traveled` is in kilometers; `dist_source` says how the
    section before the stop was measured."""
    speed, dwell_s = SPEEDS[mode]
    at_s, meters, source = FIRST_DEPARTURE_S, 0, ""
    for seq, (stop, meters_to_next, next_source) in enumerate(calls, start=1):
        leaves_s = at_s if seq in (1, len(calls)) else at_s + dwell_s
        yield [trip_id, clock(at_s), clock(leaves_s), stop, seq,
               f"{meters // 1000}.{meters % 1000:03}", source]
        at_s = leaves_s + -(-meters_to_next // speed)
        meters, source = meters + meters_to_next, next_source


def translations(table, field, rows, key):
    for row in rows:
        for language, column in (("zh-Hant", "name_zh_hant"), ("en", "name_en")):
            yield [table, field, language, row[column], row[key]]


def build(feed):
    """The files of a feed, by name."""
    operators, networks, lines, stop_rows, calls = (
        read(feed, f"{table}.csv") for table in ("operators", "networks", "lines", "stops", "calls")
    )
    stops = {row["stop_id"]: row for row in stop_rows}
    assert len(stops) == len(stop_rows), "a stop_id stands twice"
    trips, times, frequencies = [], [], []
    for line in lines:
        outward = calls_of(line, calls, stops)
        for direction, here in ((0, outward), (1, reverse(outward))):
            trip = f"{line['line_id']}-{direction}"
            headsign = stops[here[-1][0]]["name"]
            trips.append([line["line_id"], SERVICE, trip, headsign, direction])
            times.extend(stop_times(trip, here, line["mode"]))
            frequencies.append([trip, clock(FIRST_DEPARTURE_S), LAST_DEPARTURE, HEADWAY_S, 0])
    return {
        "agency.txt": (
            "agency_id,agency_name,agency_url,agency_timezone,agency_lang",
            [[o["agency_id"], o["name"], o["url"], "Asia/Shanghai", "zh-Hans"] for o in operators]),
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon",
            [[s["stop_id"], s["name"], s["lat"], s["lon"]] for s in stop_rows]),
        "routes.txt": (
            "route_id,agency_id,route_short_name,route_type,route_color",
            [[l["line_id"], l["agency_id"], l["name"], ROUTE_TYPES[l["mode"]], l["color"]]
             for l in lines]),
        "trips.txt": ("route_id,service_id,trip_id,trip_headsign,direction_id", trips),
        "stop_times.txt": (
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled,"
            "dist_source", times),
        "frequencies.txt": ("trip_id,start_time,end_time,headway_secs,exact_times", frequencies),
        "calendar.txt": (
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
            "end_date", [[SERVICE, 1, 1, 1, 1, 1, 1, 1, "20260101", "20271231"]]),
        "networks.txt": (
            "network_id,network_name", [[n["network_id"], n["name"]] for n in networks]),
        "route_networks.txt": (
            "network_id,route_id", [[l["network_id"], l["line_id"]] for l in lines]),
        "translations.txt": (
            "table_name,field_name,language,translation,record_id",
            [*translations("agency", "agency_name", operators, "agency_id"),
             *translations("routes", "route_short_name", lines, "line_id"),
             *translations("stops", "stop_name", stop_rows, "stop_id")]),
        "feed_info.txt": (
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,"
            "feed_version",
            [["Ridecode", "https://ridecode.example", "zh-Hans", "20260101", "20271231", "1"]]),
    }


def text_of(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def stale_files(feed):
    """What of a committed feed differs from its sources, by name of file."""
    folder, files = DATA / "gtfs" / feed, built(feed)
    stale = [name for name, text in files.items()
             if not (folder / name).exists() or (folder / name).read_bytes() != text]
    return stale + [path.name for path in folder.glob("*") if path.name not in files]


def built(feed):
    return {name: text_of(*content) for name, content in build(feed).items()}


def main():
    for feed in sorted(path.name for path in (DATA / "sources").iterdir()):
        if sys.argv[1:] == ["--check"]:
            stale = stale_files(feed)
            if stale:
                sys.exit(f"data/gtfs/{feed} differs from its sources in {', '.join(stale)}; "
                         "run python3 data/build.py")
            continue
        folder = DATA / "gtfs" / feed
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in built(feed).items():
            (folder / name).write_bytes(text)


if __name__ == "__main__":
    main()
