#!/usr/bin/env bash
# Pulls the plug of a loop-mounted file system under two writers, again and again, and has what they
# had acknowledged before looked for afterwards.
#
#   powercut.sh ext4|xfs ROUNDS FOLDER PROGRAM
#
# PROGRAM is the test binary: it holds the writer and the judge. Needs root, xfs_io and mkfs. Only
# acknowledgements that were read *before* the plug is pulled count: after the shutdown the process is
# still alive, and its sync may say yes to what is on no disk. Exits 77 where it cannot be done here.
set -euo pipefail
kind=$1 rounds=$2 folder=$3 program=$4
image=$folder/image mnt=$folder/mnt
PATH=$PATH:/sbin:/usr/sbin
mkdir -p "$mnt"
cleanup() { jobs -p | xargs -r kill -9 2>/dev/null || true; umount -l "$mnt" 2>/dev/null || true; }
trap cleanup EXIT
skip() { echo "$1" >&2; exit 77; }
judge() { "$program" --exact powercut::a_judge_in_a_process --nocapture > "$folder/judged" 2>&1 || { cat "$folder/judged"; exit 1; }; }

truncate -s 400M "$image"
case $kind in
    ext4) mkfs.ext4 -q -F "$image" ;;
    xfs) mkfs.xfs -q -f "$image" ;;
esac
mount -o loop "$image" "$mnt" 2>/dev/null || skip "a loop device cannot be mounted here"
home=$mnt/home
mkdir "$home"
JISHI_TEST_JUDGE=$home judge
: > "$folder/acks"
for round in $(seq "$rounds"); do
    writers=()
    for w in 1 2; do
        JISHI_TEST_WRITER=$home JISHI_TEST_COUNT=1000000 \
            "$program" --exact writer::a_writer_in_a_process --nocapture > "$folder/out.$w" 2>/dev/null &
        writers+=($!)
    done
    sleep "0.$((RANDOM % 20 + 10))"
    cat "$folder"/out.1 > "$folder/pre.1"
    cat "$folder"/out.2 > "$folder/pre.2"
    xfs_io -x -c shutdown "$mnt" > /dev/null 2>&1 || skip "this file system cannot be shut down"
    sleep 0.05
    kill -9 "${writers[@]}" 2>/dev/null || true
    wait "${writers[@]}" 2>/dev/null || true
    # What was read may end within a line: the judge takes whole lines only.
    for w in 1 2; do { cat "$folder/pre.$w"; echo; } >> "$folder/acks"; done
    umount "$mnt"
    mount -o loop "$image" "$mnt"
    JISHI_TEST_JUDGE=$home JISHI_TEST_ACKS=$folder/acks judge
done
echo "$rounds cuts, $(grep '^judged' "$folder/judged")"
