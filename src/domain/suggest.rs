//! "Did you mean": the nearest right name.

/// Finds the name that a mistyped one most likely meant, or nothing when none is near.
pub fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
