#!/usr/bin/env python3
"""Checks a jishi record without jishi: digests, links, numbers. Prints count and head.
Damaged bytes are skipped only where the next whole line is a `recovered` entry that names them."""
import hashlib, json, sys

sha = lambda data: hashlib.sha256(data).hexdigest()
data = open(sys.argv[1], "rb").read()
prev, count, at, bad, why = "0" * 64, 0, 0, None, None
for line in data.split(b"\n"):
    start, at = at, at + len(line) + 1
    whole = line.startswith(b'{"e":{') and line[-72:-66] == b',"h":"' and line.endswith(b'"}')
    if at > len(data) or not whole or sha(line[5:-72]) != line[-66:-2].decode("latin-1"):
        if start < len(data) and bad is None:
            bad, why = start, "cut" if at > len(data) else "not a record line, or another digest"
        continue
    e = json.loads(line[5:-72])
    if e["n"] != count or e["prev"] != prev:
        sys.exit(f"byte {start}: entry {e['n']} does not follow on the {count} before it")
    if bad is not None or e["kind"] == "recovered":
        gap = start - 1 if bad is None else bad
        named = {"offset": gap, "bytes": start - 1 - gap, "sha256": sha(data[gap : start - 1])}
        if e["kind"] != "recovered" or e["data"] != named:
            sys.exit(f"byte {gap}: {why or 'an answer to nothing'}")
    prev, count, bad = line[-66:-2].decode(), count + 1, None
if bad is not None or count == 0:
    sys.exit(f"byte {bad or 0}: {why or 'no entry'}")
print(count, prev)
