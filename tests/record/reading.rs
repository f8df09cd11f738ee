//! How the bytes of a record come to the checker: in what pieces, up to which length, kept or not.
//! None of it may change what is found.

use std::io::{self, Read};

use jishi::record::line::LINE_MOST;
use jishi::record::{
    Chain, Digest, Limits, Report, Unfit, Wrong, check, check_bytes, encode, entry_with_head,
    heads_at, verify,
};

use crate::common::{entry, lines, noted, opened, twelve};

/// Gives what it has in pieces, and is interrupted now and then.
struct Drip<'a> {
    bytes: &'a [u8],
    piece: usize,
    calls: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let n = into.len().min(self.piece).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(n);
        into[..n].copy_from_slice(now);
        self.bytes = later;
        Ok(n)
    }
}

/// Both ways to check, which must agree.
fn both(reader: impl Fn() -> Box<dyn Read>) -> Report {
    let looked = verify(reader(), Chain::start(), Limits::default()).unwrap();
    let read = check(reader(), Chain::start(), Limits::default(), drop).unwrap();
    assert_eq!(looked, read);
    looked
}

fn text_for(bytes: usize, n: u64, prev: Digest) -> String {
    let bare = encode(&entry(n, noted("")), prev).unwrap().bytes.len();
    "x".repeat(bytes - bare)
}

/// A first entry and one whose line takes exactly so many bytes, whether it may or not.
fn with_line_of(bytes: usize) -> Vec<u8> {
    let first = lines(vec![opened()]).concat();
    let mut chain = Chain::start();
    chain.follow(&first).unwrap();
    let short = encode(&entry(1, noted("")), chain.head).unwrap().bytes;
    let text = text_for(bytes, 1, chain.head);
    let cut = short.windows(2).rposition(|w| w == b"\"\"").unwrap();
    // By hand: the program itself refuses to write what is too long.
    let e = [&short[5..=cut], text.as_bytes(), &short[cut + 1..short.len() - 73]].concat();
    let h = Digest::of(&e).to_string();
    let line = [br#"{"e":"#, &*e, br#","h":""#, h.as_bytes(), b"\"}\n"].concat();
    assert_eq!(line.len(), bytes);
    [first, line].concat()
}

#[test]
fn the_longest_line_holds_and_one_byte_more_does_not() {
    let most = usize::try_from(LINE_MOST).unwrap();
    let held = with_line_of(most);
    let report = both(move || Box::new(io::Cursor::new(held.clone())));
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!(report.chain.count, 2);

    let over = with_line_of(most + 1);
    let first = over.len() - most - 1;
    let line = over[first..].to_vec();
    let report = both(move || Box::new(io::Cursor::new(over.clone())));
    assert_eq!(report.problem.unwrap().wrong, Wrong::LineTooLong { most: LINE_MOST });
    assert_eq!(report.chain.count, 1);

    // The writer draws the line at the same place.
    let mut chain = Chain::start();
    chain.follow(&with_line_of(most)[..first]).unwrap();
    assert_eq!(chain.follow(&line).unwrap_err().wrong, Wrong::LineTooLong { most: LINE_MOST });
    let text = text_for(most, 1, chain.head);
    let line = encode(&entry(1, noted(&text)), chain.head).unwrap();
    assert_eq!(line.bytes.len(), most);
    let unfit = encode(&entry(1, noted(&format!("{text}x"))), chain.head).unwrap_err();
    assert_eq!(unfit, Unfit::TooLong { bytes: LINE_MOST + 1, most: LINE_MOST });
    chain.follow(&line.bytes).unwrap();
}

#[test]
fn a_line_given_without_its_line_feed_is_a_cut_one() {
    let all = twelve();
    let mut chain = Chain::start();
    let bare = all[0].strip_suffix(b"\n").unwrap();
    let wrong = chain.follow(bare).unwrap_err().wrong;
    assert_eq!(wrong, Wrong::TornEnd { bytes: bare.len() as u64 });
    assert_eq!(chain, Chain::start(), "what does not hold moves nothing");
}

#[test]
fn the_pieces_in_which_bytes_come_change_nothing() {
    // Lines of all lengths, so that they lie across the ends of what is read at once; some megabytes.
    let mut events = vec![opened()];
    for i in 0..35usize {
        let long = [10, 700, 30_000, 65_536, 200_000][i % 5] + i * 37;
        events.push(noted(&"日x".repeat(long / 4)));
    }
    let good = lines(events);
    assert!(good.concat().len() > 2 << 20);
    let mut records = vec![good.concat()];
    let mut torn = good.concat();
    torn.truncate(torn.len() - 7);
    records.push(torn);
    let mut flipped = good.concat();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    records.push(flipped);
    records.push([good.concat(), vec![b'a'; 3 << 20]].concat());
    records.push([good.concat(), vec![b'a'; 3 << 20], b"\n".to_vec(), vec![0; 700]].concat());
    records.push([good.concat(), b"\n\n\n".to_vec()].concat());
    for record in records {
        let whole = check_bytes(&record);
        for piece in [313, 65_537, 1 << 19, 1 << 22] {
            let drip = || Drip { bytes: &record, piece, calls: 0 };
            let looked = verify(drip(), Chain::start(), Limits::default()).unwrap();
            assert_eq!(looked, whole, "{piece} bytes at a time");
            let mut entries = 0;
            let read = check(drip(), Chain::start(), Limits::default(), |_| entries += 1).unwrap();
            assert_eq!((read, entries), (whole.clone(), whole.chain.count), "{piece}");
        }
    }
}

#[test]
fn a_reader_that_fails_is_an_error_and_no_finding() {
    struct Fails<'a>(&'a [u8]);
    impl Read for Fails<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("the disk")) } else { self.0.read(into) }
        }
    }
    let good = twelve().concat();
    let err = verify(Fails(&good), Chain::start(), Limits::default()).unwrap_err();
    assert_eq!(err.to_string(), "the disk");
    // A good part comes first, and what it says does not stand in for the rest.
    let long = lines(std::iter::once(opened()).chain((0..3000).map(|_| noted("x"))).collect());
    assert!(verify(Fails(&long.concat()), Chain::start(), Limits::default()).is_err());
}

#[test]
fn the_limit_of_a_record_is_exact() {
    let good = twelve().concat();
    let long = good.len() as u64;
    let at = |total| verify(&*good, Chain::start(), Limits { total }).unwrap();
    assert!(at(long).intact());
    let report = at(long - 1);
    assert_eq!(report.problem.unwrap().wrong, Wrong::TooLong { most: long - 1 });
    assert_eq!(report.chain.count, 11);
    // A checker that goes on counts what lies before.
    let whole = at(long).chain;
    let more = encode(&entry(12, noted("x")), whole.head).unwrap().bytes;
    let on = |total| verify(&*more, whole.clone(), Limits { total }).unwrap();
    assert!(on(long + more.len() as u64).intact());
    assert!(!on(long + more.len() as u64 - 1).intact());
}

#[test]
fn a_head_is_found_at_its_entry_and_nowhere_else() {
    let all = twelve();
    let bytes = all.concat();
    let mut chain = Chain::start();
    let mut heads = Vec::new();
    for line in &all {
        chain.follow(line).unwrap();
        heads.push(chain.head);
    }
    for (n, head) in (0u64..).zip(&heads) {
        assert_eq!(entry_with_head(&*bytes, &head.short()).unwrap(), Some(n));
        assert_eq!(entry_with_head(&*bytes, &head.to_string()).unwrap(), Some(n));
    }
    assert_eq!(entry_with_head(&*bytes, &Digest::NONE.short()).unwrap(), None);
    assert_eq!(entry_with_head(&*bytes, "").unwrap(), None);

    let found = heads_at(&*bytes, &[1, 5, 12, 13].into()).unwrap();
    let meant = [(1, heads[0]), (5, heads[4]), (12, heads[11])].into();
    assert_eq!(found, meant);
    assert!(heads_at(&*bytes, &[].into()).unwrap().is_empty());
    // Behind something that is wrong nothing counts.
    let mut damaged = all.clone();
    damaged[6][40] ^= 1;
    let found = heads_at(&*damaged.concat(), &[6, 8].into()).unwrap();
    assert_eq!(found, [(6, heads[5])].into());
    assert_eq!(entry_with_head(&*damaged.concat(), &heads[8].short()).unwrap(), None);
}

#[test]
fn recorded_times_that_go_back_are_counted_and_are_no_fault() {
    let seconds = [50, 50, 49, 60, 10, 20, 19];
    let mut bytes = Vec::new();
    let mut head = Digest::NONE;
    for (n, second) in (0..).zip(seconds) {
        let event = if n == 0 { opened() } else { noted("x") };
        let mut entry = entry(n, event);
        entry.at = chrono::DateTime::from_timestamp(1_772_386_200 + second, 0).unwrap();
        let line = encode(&entry, head).unwrap();
        head = line.head;
        bytes.extend_from_slice(&line.bytes);
    }
    let report = check_bytes(&bytes);
    assert!(report.intact(), "{:?}", report.problem);
    assert_eq!((report.chain.earlier, report.chain.first_earlier), (3, Some(2)));
    assert_eq!((report.chain.lines, report.chain.count), (7, 7));
    // In parts as at once.
    let half: usize = bytes.iter().enumerate().filter(|(_, c)| **c == b'\n').nth(2).unwrap().0 + 1;
    let first = check_bytes(&bytes[..half]).chain;
    let rest = verify(&bytes[half..], first, Limits::default()).unwrap();
    assert_eq!(rest.chain, report.chain);
}
