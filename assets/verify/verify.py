#!/usr/bin/env python3
"""Checks a jishi record without jishi: digests, links, numbers. Prints count and head."""
import hashlib, json, sys

prev = "0" * 64
count = 0
with open(sys.argv[1], "rb") as record:
    for line in record:
        where = f"line {count + 1}"
        if not (line.startswith(b'{"e":{') and line[-73:-67] == b',"h":"' and line.endswith(b'"}\n')):
            sys.exit(f"{where}: not a record line")
        e, h = line[5:-73], line[-67:-3].decode("ascii", "replace")
        if hashlib.sha256(e).hexdigest() != h:
            sys.exit(f"{where}: the digest does not fit the entry")
        entry = json.loads(e)
        if entry["n"] != count:
            sys.exit(f"{where}: entry {count} belongs here, not {entry['n']}")
        if entry["prev"] != prev:
            sys.exit(f"{where}: does not follow on the line before")
        prev, count = h, count + 1
if count == 0:
    sys.exit("the record holds no entry")
print(count, prev)
