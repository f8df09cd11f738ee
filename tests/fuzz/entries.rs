//! What is fuzzed: each function takes any bytes, never panics, and holds what it promises.

use std::sync::{Arc, OnceLock};

use jishi::domain::law::Pack;
use jishi::domain::time::UTC;
use jishi::host::sign::signers::Signers;
use jishi::host::sign::sums;
use jishi::host::stamp;
use jishi::record::checkpoint::Checkpoint;
use jishi::record::line::VERSION;
use jishi::record::{Chain, Digest, Limits, check, check_bytes, decode, encode};

/// A record: any bytes; the bytes behind a record that holds; and the bytes as an entry whose digest
/// fits, for what lies behind that check.
pub(crate) fn record(data: &[u8]) {
    let report = check_bytes(data);
    let kept = check(data, Chain::start(), Limits::default(), drop).expect("a slice does not fail");
    assert_eq!(report, kept, "looking and reading agree");

    let first = include_bytes!("corpus/record/opened.jsonl");
    let report = check_bytes(&[first, data].concat());
    assert!(report.chain.count >= 1, "what lies behind an entry takes nothing from it");
    if let Some(torn) = &report.torn {
        assert!(!report.intact());
        assert!(torn.gap.offset + torn.gap.bytes <= (first.len() + data.len()) as u64);
    }

    let h = Digest::of(data).to_string();
    let line = [br#"{"e":"#, data, br#","h":""#, h.as_bytes(), br#""}"#].concat();
    let placed = [first, &*line, b"\n"].concat();
    let kept = check(&*placed, Chain::start(), Limits::default(), drop).expect("a slice");
    assert_eq!(check_bytes(&placed), kept, "looking and reading agree on an entry");
    if let Ok(read) = decode(&line)
        && data.windows(4).any(|w| w == br#""v":"#.as_slice())
        && let Ok(again) = encode(&read.entry, read.prev)
    {
        let bare = again.bytes.strip_suffix(b"\n").expect("a line feed");
        let second = decode(bare).expect("what was written reads");
        assert_eq!((second.entry, second.prev), (read.entry, read.prev), "version {VERSION}");
    }
}

/// A pack.
pub(crate) fn pack(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match jishi::packs::load("fuzz.ron", text) {
            Ok(pack) => assert_eq!(pack.sha256, Digest::of(data).to_string()),
            Err(problems) => assert!(!problems.to_string().is_empty()),
        }
    }
}

/// A facts file, and what follows from it.
pub(crate) fn facts(data: &[u8]) {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    let pack = PACK.get_or_init(|| {
        let load = jishi::packs::builtin_pack("cn-cac-2025").expect("built in");
        Arc::new(load.expect("loads"))
    });
    let now = chrono::DateTime::from_timestamp(1_772_386_200, 0).expect("a moment");
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(case) = jishi::cli::read_facts(text, vec![Arc::clone(pack)], now, UTC)
    {
        let assessed = jishi::domain::assess::assess(&case, now);
        let _ = jishi::report::json::assessment(&case, &assessed, UTC, 1200);
    }
}

/// Signatures and what goes with them: a checkpoint, a list of signers, a signature, a time-stamp.
pub(crate) fn signatures(data: &[u8]) {
    let _ = Checkpoint::parse(data);
    let _ = stamp::reply(data);
    let _ = stamp::nonce_of(data);
    let _ = Signers::parse(data, UTC);
    if let Ok(sig) = sums::read(data) {
        let _ = sums::verify(&sig, data);
    }
}
