//! A document's events as a tree of nodes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput};

use super::DEEPEST;
use super::error::Error;
use super::nesting;
use super::node::{Content, Node, Pair, Scalar, Style, Tag, keep_last};
use super::place::find_content;
use super::split::Document;
use crate::lint::Span;

type Visit<'v, 't> = &'v mut dyn FnMut(Node<'t>);

impl<'t> Document<'t> {
    /// The root; `None` where there is only a comment.
    pub fn read(&self) -> Result<Option<Node<'t>>, Error> {
        read(self, None)
    }

    /// The root without what `items` holds; the elements of that go to
    /// `visit`, one after the other, and are not kept.
    pub fn read_items(&self, visit: &mut dyn FnMut(Node<'t>)) -> Result<Option<Node<'t>>, Error> {
        read(self, Some(visit))
    }
}

/// The root of a document. With `visit`, the elements of its `items` go there
/// instead of into the tree.
fn read<'t>(
    document: &Document<'t>,
    visit: Option<Visit<'_, 't>>,
) -> Result<Option<Node<'t>>, Error> {
    nesting::check(document)?;
    let mut reader = Reader::new(document, visit);
    while let Some(next) = reader.parser.next_event() {
        let (event, span) = next.map_err(|error| reader.unreadable(&error))?;
        reader.step(event, span)?;
    }
    Ok(reader.root)
}

/// A node that is begun: its children are still coming.
struct Open<'t> {
    node: Node<'t>,
    anchor: usize,
    /// In a mapping, the key that waits for its value.
    key: Option<Node<'t>>,
    /// The height of the tallest child so far.
    height: usize,
}

struct Reader<'v, 't> {
    parser: Parser<'t, StrInput<'t>>,
    offsets: Offsets<'t>,
    visit: Option<Visit<'v, 't>>,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, (Rc<Node<'t>>, usize)>,
    root: Option<Node<'t>>,
    /// The end of the last event: what comes next lies behind it.
    last: usize,
}

impl<'v, 't> Reader<'v, 't> {
    fn new(document: &Document<'t>, visit: Option<Visit<'v, 't>>) -> Self {
        Self {
            parser: Parser::new_from_str(document.own_text()),
            offsets: Offsets::new(document),
            visit,
            open: Vec::new(),
            anchors: HashMap::new(),
            root: None,
            last: document.range.start,
        }
    }

    fn step(&mut self, event: Event<'t>, span: saphyr_parser::Span) -> Result<(), Error> {
        let bytes = self.offsets.span(span);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.map(|tag| tag_of(&tag));
                let node = self.scalar(value, style, bytes, tag);
                if !node.span.is_empty() {
                    self.last = self.last.max(bytes.end);
                }
                self.finish(node, anchor, 0)?;
            }
            Event::SequenceStart(anchor, tag) => {
                let tag = tag.map(|tag| tag_of(&tag));
                self.begin(Content::Sequence(Vec::new()), bytes, anchor, tag)?;
            }
            Event::MappingStart(anchor, tag) => {
                let tag = tag.map(|tag| tag_of(&tag));
                self.begin(Content::Mapping(Vec::new()), bytes, anchor, tag)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(bytes)?,
            Event::Alias(anchor) => {
                self.last = self.last.max(bytes.end);
                self.alias(anchor, bytes)?;
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                return Err(Error::new(
                    bytes,
                    "a second document without '---' before it",
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &self,
        value: Cow<'t, str>,
        style: ScalarStyle,
        bytes: Span,
        tag: Option<Tag>,
    ) -> Node<'t> {
        let style = style_of(style);
        let from = match style {
            Style::Literal | Style::Folded => bytes.start.min(self.last),
            _ => bytes.start,
        };
        let start = if matches!(style, Style::Plain) && value.is_empty() {
            bytes.end
        } else if tag.is_some() || from != bytes.start || self.has_properties(bytes.start) {
            find_content(self.offsets.text, from).unwrap_or(bytes.start)
        } else {
            bytes.start
        };
        let span = Span::new(start.min(bytes.end), bytes.end);
        let value = match span.of(self.offsets.text) {
            same if same == value => Cow::Borrowed(same),
            _ => value,
        };
        let content = Content::Scalar(Scalar { value, style });
        Node { span, tag, content }
    }

    /// Whether the node at `start` begins with an anchor or a tag.
    fn has_properties(&self, start: usize) -> bool {
        let rest = self.offsets.text.as_bytes().get(start);
        matches!(rest, Some(b'&' | b'!'))
    }

    fn begin(
        &mut self,
        content: Content<'t>,
        bytes: Span,
        anchor: usize,
        tag: Option<Tag>,
    ) -> Result<(), Error> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(bytes));
        }
        let start = if tag.is_some() || self.has_properties(bytes.start) {
            find_content(self.offsets.text, bytes.start).unwrap_or(bytes.start)
        } else {
            bytes.start
        };
        let span = Span::new(start, bytes.end.max(start));
        self.open.push(Open {
            node: Node { span, tag, content },
            anchor,
            key: None,
            height: 0,
        });
        Ok(())
    }

    fn end(&mut self, bytes: Span) -> Result<(), Error> {
        let Some(mut open) = self.open.pop() else {
            return Err(Error::new(bytes, "a collection ends that never began"));
        };
        let end = if bytes.is_empty() {
            self.last
        } else {
            bytes.end
        };
        open.node.span.end = end.max(open.node.span.start);
        if let Content::Mapping(pairs) = &mut open.node.content {
            keep_last(pairs);
        }
        self.finish(open.node, open.anchor, open.height + 1)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Error> {
        let Some((target, height)) = self.anchors.get(&anchor).cloned() else {
            return Err(Error::new(span, "an alias within the anchor it stands for"));
        };
        let content = Content::Alias(target);
        let tag = None;
        self.finish(Node { span, tag, content }, 0, height + 1)
    }

    /// Puts a complete node where it belongs: the root, an element, a key or a value.
    fn finish(&mut self, mut node: Node<'t>, anchor: usize, height: usize) -> Result<(), Error> {
        if height + self.open.len() > DEEPEST {
            return Err(too_deep(node.span));
        }
        if anchor > 0 {
            let span = node.span;
            let shared = Rc::new(node);
            self.anchors.insert(anchor, (Rc::clone(&shared), height));
            let content = Content::Anchor(shared);
            node = Node {
                span,
                tag: None,
                content,
            };
        }
        let streams = self.visit.is_some() && self.within_items();
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        parent.height = parent.height.max(height);
        match (&mut parent.node.content, &mut self.visit) {
            (Content::Sequence(_), Some(visit)) if streams => visit(node),
            (Content::Sequence(elements), _) => elements.push(node),
            (Content::Mapping(pairs), _) => match parent.key.take() {
                Some(key) => pairs.push(Pair::new(key, node)),
                None => parent.key = Some(node),
            },
            _ => {}
        }
        Ok(())
    }

    /// Whether what is complete is an element of the root's `items`.
    fn within_items(&self) -> bool {
        let [root, _] = self.open.as_slice() else {
            return false;
        };
        root.key.as_ref().is_some_and(|key| key.is_key("items"))
    }

    fn unreadable(&mut self, error: &ScanError) -> Error {
        let at = self.offsets.offset(*error.marker());
        let next = self.offsets.text[at..].chars().next();
        let length = next.filter(|c| !c.is_control()).map_or(0, char::len_utf8);
        Error::new(Span::new(at, at + length), message(error.info()))
    }
}

/// The parser counts characters from the document's start; this counts bytes
/// of the text. Markers hardly ever go back, so all of them together cost one
/// walk.
struct Offsets<'t> {
    text: &'t str,
    base: usize,
    ascii: bool,
    characters: usize,
    bytes: usize,
}

impl<'t> Offsets<'t> {
    fn new(document: &Document<'t>) -> Self {
        let base = document.range.start;
        Self {
            text: document.text,
            base,
            ascii: document.own_text().is_ascii(),
            characters: 0,
            bytes: base,
        }
    }

    fn span(&mut self, span: saphyr_parser::Span) -> Span {
        let start = self.offset(span.start);
        Span::new(start, self.offset(span.end).max(start))
    }

    fn offset(&mut self, marker: Marker) -> usize {
        if self.ascii {
            return (self.base + marker.index()).min(self.text.len());
        }
        while self.characters < marker.index() {
            let Some(next) = self.text[self.bytes..].chars().next() else {
                break;
            };
            self.bytes += next.len_utf8();
            self.characters += 1;
        }
        while self.characters > marker.index() {
            let Some(last) = self.text[..self.bytes].chars().next_back() else {
                break;
            };
            self.bytes -= last.len_utf8();
            self.characters -= 1;
        }
        self.bytes
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn tag_of(tag: &saphyr_parser::Tag) -> Tag {
    let non_specific = tag.handle.is_empty() && tag.suffix == "!";
    if non_specific || (tag.is_yaml_core_schema() && tag.suffix == "str") {
        Tag::Str
    } else {
        Tag::Other
    }
}

pub(super) fn too_deep(span: Span) -> Error {
    Error::new(span, format!("nested deeper than {DEEPEST} levels"))
}

/// The parser's words, as far as they fit ours.
fn message(info: &str) -> String {
    info.replace("wasn't", "was not")
}
