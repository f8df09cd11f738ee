#!/bin/sh
# Checks a jishi record with sed, sha256sum and jq: digests, links, numbers. Prints count and head.
# Slow (several processes a line), but nothing in it needs trust in jishi or in Python.
LC_ALL=C
export LC_ALL
fail() { echo "line $((n + 1)): $1" >&2; exit 1; }
n=0
prev=0000000000000000000000000000000000000000000000000000000000000000
# The shell would drop zero bytes and a line without its line feed in silence.
[ "$(tr -d '\000' < "$1" | wc -c)" = "$(wc -c < "$1")" ] || { echo "zero bytes in the record" >&2; exit 1; }
[ -z "$(tail -c 1 "$1")" ] || { echo "the last line was cut" >&2; exit 1; }
while IFS= read -r line; do
    h=$(printf '%s\n' "$line" | sed -n 's/^{"e":{.*},"h":"\([0-9a-f]\{64\}\)"}$/\1/p')
    [ -n "$h" ] || fail "not a record line"
    e=$(printf '%s\n' "$line" | sed 's/^{"e"://; s/,"h":"[0-9a-f]*"}$//')
    [ "$(printf '%s' "$e" | sha256sum | sed 's/ .*//')" = "$h" ] || fail "the digest does not fit the entry"
    [ "$(printf '%s' "$e" | jq -r '"\(.n) \(.prev)"')" = "$n $prev" ] || fail "does not follow on the line before"
    prev=$h
    n=$((n + 1))
done < "$1"
[ "$n" -gt 0 ] || { echo "the record holds no entry" >&2; exit 1; }
echo "$n $prev"
