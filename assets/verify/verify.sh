#!/bin/sh
# Checks a jishi record with sed, sha256sum and jq: digests, links, numbers. Prints count and head.
# Slow (several processes a line), but nothing in it needs trust in jishi or in Python.
# Damaged bytes are skipped only where the next whole line is a `recovered` entry that names them.
LC_ALL=C
export LC_ALL
fail() { echo "byte ${bad:-$at}: $1" >&2; exit 1; }
sha() { sha256sum | sed 's/ .*//'; }
n=0 at=0 bad='' prev=0000000000000000000000000000000000000000000000000000000000000000
# Zero bytes, which the shell would drop, become a byte that stands in no text.
tr '\000' '\377' < "$1" | {
    while IFS= read -r line; do
        h=$(printf '%s\n' "$line" | sed -n 's/^{"e":{.*},"h":"\([0-9a-f]\{64\}\)"}$/\1/p')
        e=$(printf '%s\n' "$line" | sed 's/^{"e"://; s/,"h":"[0-9a-f]*"}$//')
        if [ -n "$h" ] && [ "$(printf '%s' "$e" | sha)" = "$h" ]; then
            [ "$(printf '%s' "$e" | jq -r '"\(.n) \(.prev)"')" = "$n $prev" ] || fail "does not follow"
            says=$(printf '%s' "$e" | jq -r '"\(.kind) \(.data.offset) \(.data.bytes) \(.data.sha256)"')
            if [ -n "$bad" ] || [ "${says%% *}" = recovered ]; then
                from=${bad:-$((at - 1))} long=$((at - 1 - ${bad:-$((at - 1))}))
                gap=$(tail -c "+$((from + 1))" "$1" | head -c "$long" | sha)
                [ "$says" = "recovered $from $long $gap" ] || fail "damage that is not answered for"
            fi
            prev=$h n=$((n + 1)) bad=''
        else
            bad=${bad:-$at}
        fi
        at=$((at + ${#line} + 1))
    done
    [ -z "$line$bad" ] && [ "$n" -gt 0 ] || fail "damaged or cut from here on, or no entry at all"
    echo "$n $prev"
}
