//! The parts of a pack that are shown, not computed with.

use super::Check;
use super::conds::Scope;
use crate::domain::law::{
    Advice, Article, Body, Channel, ContentItem, Definition, OpenPoint, Source,
};
use crate::packs::raw;
use crate::packs::tree::Node;

impl<'n, 't> Check<'n, 't> {
    pub(super) fn source(&mut self, node: &'n Node<'t>) -> Option<Source> {
        let item = self.shape(Some(node), &raw::SOURCE)?;
        let id = self.id(item.get("id"));
        let title = self.line(item.get("title"));
        let url = item.get("url").map(|url| self.string(Some(url)));
        let url = url.flatten().map(|(_, url)| url).unwrap_or_default();
        Some(Source { id: id?, title: title?.1, url })
    }

    pub(super) fn article(&mut self, node: &'n Node<'t>) -> Option<Article> {
        let item = self.shape(Some(node), &raw::ARTICLE)?;
        let id = self.id(item.get("id"));
        let cite = self.text(item.get("cite"));
        let text = self.text(item.get("text"));
        Some(Article { id: id?, cite: cite?, text: text? })
    }

    pub(super) fn definition(&mut self, node: &'n Node<'t>) -> Option<Definition> {
        let item = self.shape(Some(node), &raw::DEFINITION)?;
        let term = self.text(item.get("term"));
        let meaning = self.text(item.get("meaning"));
        let basis = self.basis(item.get("basis"));
        Some(Definition { term: term?, meaning: meaning?, basis: basis? })
    }

    pub(super) fn body(&mut self, node: &'n Node<'t>) -> Option<Body> {
        let item = self.shape(Some(node), &raw::BODY)?;
        let id = self.id(item.get("id"));
        let name = self.text(item.get("name"));
        let channels = self.each(item.get("channels"), |c, n| c.channel_ix(Some(n)));
        Some(Body { id: id?, name: name?, channels })
    }

    pub(super) fn channel(&mut self, node: &'n Node<'t>) -> Option<Channel> {
        let item = self.shape(Some(node), &raw::CHANNEL)?;
        let id = self.id(item.get("id"));
        let name = self.text(item.get("name"));
        let value = item.get("value").map(|value| self.string(Some(value)));
        let value = value.flatten().map(|(_, value)| value).unwrap_or_default();
        let how = self.text(item.get("how"));
        let basis = item.get("basis").map(|basis| self.basis(Some(basis)));
        Some(Channel { id: id?, name: name?, value, how: how?, basis: basis.flatten() })
    }

    pub(super) fn content(&mut self, node: Option<&'n Node<'t>>) -> Vec<ContentItem> {
        let mut numbers = Vec::new();
        self.each(node, |check, node| {
            let item = check.shape(Some(node), &raw::CONTENT)?;
            let no = check.integer(item.get("no"));
            if let (Some(no), Some(at)) = (no, item.get("no")) {
                if !(1..=255).contains(&no) {
                    check.faults.add(at.at, format!("`{no}` is out of range (1 to 255)"));
                } else if numbers.contains(&no) {
                    check.faults.add(at.at, format!("duplicate content item `{no}`"));
                }
                numbers.push(no);
            }
            let text = check.text(item.get("text"));
            let first = check.boolean(item.get("first"));
            let extras = check.each(item.get("extras"), |check, node| {
                let item = check.shape(Some(node), &raw::EXTRA)?;
                let when = check.cond(item.get("when"), Scope::Duty);
                let text = check.text(item.get("text"));
                Some((when?, text?))
            });
            let basis = check.basis(item.get("basis"));
            let no = u8::try_from(no?).ok()?;
            Some(ContentItem { no, text: text?, first: first?, extras, basis: basis? })
        })
    }

    pub(super) fn notice(&mut self, node: &'n Node<'t>) -> Option<Advice> {
        let item = self.shape(Some(node), &raw::NOTICE)?;
        let id = self.id(item.get("id"));
        let when = self.cond(item.get("when"), Scope::Duty);
        let text = self.text(item.get("text"));
        let basis = self.basis(item.get("basis"));
        Some(Advice { id: id?, when: when?, text: text?, basis: basis? })
    }

    pub(super) fn open_point(&mut self, node: &'n Node<'t>) -> Option<OpenPoint> {
        let item = self.shape(Some(node), &raw::OPEN_POINT)?;
        let id = self.id(item.get("id"));
        let text = self.text(item.get("text"));
        Some(OpenPoint { id: id?, text: text? })
    }
}
