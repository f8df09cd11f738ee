//! Checkpoints held against a record: the place that each names, its signatures, its time-stamps.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::ctx::Ctx;
use super::witness::{Given, Witnessed};
use crate::host::sign::points::{Found, Point, Points};
use crate::host::sign::signers::Signers;
use crate::host::sign::sums::{self, BadSignature};
use crate::host::sign::{SignError, fingerprint};
use crate::host::stamp;
use crate::host::wrong;
use crate::record::{Digest, Report, heads_at};
use crate::words::witness::Witness;

/// Judges checkpoints by a record and a list of signers.
pub(super) struct Judge<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) report: &'a Report,
    pub(super) signers: Option<&'a Signers>,
    /// Who must have signed.
    pub(super) signer: Option<&'a str>,
}

impl Judge<'_> {
    /// Judges the checkpoints beside a record, and those that were kept elsewhere.
    ///
    /// # Errors
    /// Something could not be read, so that nothing is said about it.
    pub(super) fn all(
        &self,
        record: &Path,
        elsewhere: &[Point],
        out: &mut Witnessed,
    ) -> Result<(), String> {
        let lang = self.ctx.lang;
        let folder = record.parent().filter(|p| !p.as_os_str().is_empty());
        let beside = Points::open(folder.unwrap_or(Path::new(".")))
            .and_then(|p| p.map_or(Ok(Found::default()), |p| p.read()))
            .map_err(|e| cannot_read(self.ctx, &e))?;
        let all = || beside.points.iter().chain(elsewhere);
        let wanted = all().filter_map(|p| Some(p.says.as_ref().ok()?.count)).collect();
        let places = File::open(record)
            .and_then(|f| heads_at(f, &wanted))
            .map_err(|e| Witness::CannotReadPoints.with(lang, &[&e.to_string()]))?;
        for point in &beside.points {
            self.point(point, &places, out);
        }
        for name in &beside.orphans {
            out.notes.push(Witness::PointOrphan.with(lang, &[name]));
        }
        for point in elsewhere {
            let holds = self.point(point, &places, out);
            let entries = point.says.as_ref().ok().map(|says| says.count);
            out.given.push(Given { file: point.name.clone(), entries, holds });
        }
        self.measures(out);
        Ok(())
    }

    fn measures(&self, out: &mut Witnessed) {
        let lang = self.ctx.lang;
        let with = |key: Witness, values: &[u64]| {
            let values: Vec<String> = values.iter().map(u64::to_string).collect();
            key.with(lang, &values.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let total = self.report.chain.count;
        let reach = out.given.iter().filter_map(|g| g.entries).max().unwrap_or(0);
        if out.given.iter().any(|g| !g.holds) {
            out.lines.push(Witness::MeasureGivenWrong.text(lang).to_owned());
        } else if !out.given.is_empty() {
            let values = [out.given.len() as u64, reach, total];
            out.lines.push(with(Witness::MeasureGiven, &values));
        }
        let signed = &out.signed;
        let (valid, bad, unchecked) =
            (signed.valid as u64, signed.bad as u64, signed.unchecked as u64);
        out.none_to_check = self.signers.is_some() && valid + bad == 0;
        let line = match (valid, bad, unchecked) {
            (0, 0, 0) => Witness::MeasureSignedNone.text(lang).to_owned(),
            (valid, bad, _) if bad > 0 => with(Witness::MeasureSignedBad, &[valid, bad]),
            (0, _, unchecked) => with(Witness::MeasureSignedUnchecked, &[unchecked]),
            (valid, ..) => with(Witness::MeasureSigned, &[valid, signed.reaches, total]),
        };
        out.lines.push(line);
        let line = match out.timestamps.last() {
            None => Witness::MeasureStampsNone.text(lang).to_owned(),
            Some(newest) => {
                let all = out.timestamps.len().to_string();
                Witness::MeasureStamps.with(lang, &[&all, newest])
            }
        };
        out.lines.push(line);
    }

    fn point(&self, point: &Point, places: &BTreeMap<u64, Digest>, out: &mut Witnessed) -> bool {
        let holds = self.place(point, places, out);
        self.signatures(point, holds, out);
        self.stamps(point, holds, out);
        holds
    }

    /// Holds the text against the record.
    fn place(&self, point: &Point, places: &BTreeMap<u64, Digest>, out: &mut Witnessed) -> bool {
        let (lang, name) = (self.ctx.lang, &point.name);
        let says = match &point.says {
            Ok(says) => says,
            Err(e) => {
                out.problem(Witness::PointText.with(lang, &[name, &wrong::point(e, lang)]));
                return false;
            }
        };
        let count = says.count.to_string();
        let problem = if Some(&says.record) != self.report.chain.record.as_ref() {
            Witness::PointOther.with(lang, &[name])
        } else {
            match places.get(&says.count) {
                Some(there) if *there == says.head => return true,
                Some(there) => {
                    let (said, is) = (says.head.short(), there.short());
                    Witness::PointHead.with(lang, &[name, &count, &said, &is])
                }
                None => {
                    let is = self.report.chain.count.to_string();
                    let cut = self.report.intact();
                    let key = if cut { Witness::PointBeyond } else { Witness::PointBehind };
                    key.with(lang, &[name, &count, &is])
                }
            }
        };
        out.problem(problem);
        false
    }

    fn signatures(&self, point: &Point, in_place: bool, out: &mut Witnessed) {
        let lang = self.ctx.lang;
        let count = point.says.as_ref().map_or(0, |p| p.count);
        let (mut valid, mut bad, mut unchecked) = (false, !in_place, false);
        // What is a problem only where no other signature bears the text out.
        let (mut unknown, mut kinds) = (Vec::new(), Vec::new());
        for (name, bytes) in &point.signatures {
            let read = sums::read(bytes).and_then(|s| sums::verify(&s, &point.text).map(|()| s));
            let sig = match read {
                Ok(sig) => sig,
                Err(e @ BadSignature::Kind(_)) => {
                    kinds.push(Witness::SignatureKind.with(lang, &[name, &e.text(lang)]));
                    continue;
                }
                Err(e) => {
                    out.problem(Witness::SignatureBad.with(lang, &[name, &e.text(lang)]));
                    bad = true;
                    continue;
                }
            };
            let key = fingerprint(sig.public_key());
            let allowed =
                self.signers.map(|s| s.allow(sig.public_key(), self.ctx.now(), self.signer));
            match allowed {
                None => unchecked = true,
                Some(Ok(who)) => {
                    valid = true;
                    let n = count.to_string();
                    out.notes.push(Witness::SignatureGood.with(lang, &[name, &who, &key, &n]));
                }
                Some(Err(e)) => unknown.push([name.clone(), e.text(lang), key]),
            }
        }
        for values in unknown {
            let values = values.each_ref().map(String::as_str);
            if valid {
                out.notes.push(Witness::SignatureOther.with(lang, &values));
            } else {
                bad = true;
                out.problem(Witness::SignatureUnknown.with(lang, &values));
            }
        }
        if valid {
            out.notes.extend(kinds)
        } else {
            out.not_checked.extend(kinds)
        }
        if point.signatures.is_empty() {
            return;
        }
        let signed = &mut out.signed;
        if bad {
            signed.bad += 1;
        } else if valid {
            signed.valid += 1;
            signed.reaches = signed.reaches.max(count);
        } else if unchecked {
            signed.unchecked += 1;
        }
    }

    /// Reads the time-stamps. The authority's signature on them is not checked here.
    fn stamps(&self, point: &Point, in_place: bool, out: &mut Witnessed) {
        let lang = self.ctx.lang;
        let count = point.says.as_ref().map_or(0, |p| p.count);
        let (mut fits, mut bad) = (false, Vec::new());
        for (name, bytes) in &point.stamps {
            let why = match stamp::reply(bytes) {
                Ok(reply) if reply.digest == point.digest() => {
                    fits = true;
                    // The text of another place or record is stamped in vain.
                    if in_place {
                        if out.timestamps.last().is_none_or(|newest| *newest <= reply.time) {
                            out.stamp_reaches = count;
                        }
                        out.timestamps.push(reply.time);
                        out.timestamps.sort_unstable();
                    }
                    continue;
                }
                Ok(_) => Witness::StampOther.text(lang).to_owned(),
                Err(e) => e.text(lang),
            };
            bad.push(Witness::StampBad.with(lang, &[name, &why]));
        }
        for text in bad {
            if fits {
                out.notes.push(Witness::StampsMore.with(lang, &[&text]));
            } else {
                out.problem(text);
            }
        }
    }
}

/// Says that checkpoints could not be read.
pub(super) fn cannot_read(ctx: &Ctx, e: &SignError) -> String {
    Witness::CannotReadPoints.with(ctx.lang, &[&e.message(ctx.lang).text])
}
