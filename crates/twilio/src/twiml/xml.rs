//! Elements as a tree, and the tree as XML.

use super::TwimlError;
use quick_xml::{
    Reader, Writer, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesDecl, BytesEnd, BytesRef, BytesStart, BytesText, Event},
};
use std::io;

/// TwiML is at most `<Response><Dial><Client><Parameter>` deep.
const MAX_DEPTH: usize = 8;

/// One element. `text` is all of its own text together.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn to_xml(&self) -> String {
        let mut writer = Writer::new(Vec::new());
        let declared = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        declared.and_then(|()| self.write(&mut writer)).expect("a vector takes everything");
        String::from_utf8(writer.into_inner()).expect("made of texts")
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let mut start = BytesStart::new(self.name.as_str());
        for (name, value) in &self.attributes {
            start.push_attribute((name.as_str(), carried(value).as_str()));
        }
        if self.children.is_empty() && self.text.is_empty() {
            return writer.write_event(Event::Empty(start));
        }
        writer.write_event(Event::Start(start))?;
        writer.write_event(Event::Text(BytesText::new(&carried(&self.text))))?;
        for child in &self.children {
            child.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }

    /// Reads one document. Comments and the declaration say nothing; what could reach outside of it is refused.
    pub(super) fn parse(xml: &str) -> Result<Self, TwimlError> {
        let mut reader = Reader::from_str(xml);
        // The first stands for the document.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(fault)? {
                Event::Start(start) => open.push(Self::begin(&start)?),
                Event::Empty(start) => {
                    let element = Self::begin(&start)?;
                    innermost(&mut open).children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().expect("the reader checks that ends match");
                    innermost(&mut open).children.push(element);
                }
                Event::Text(text) => innermost(&mut open).text.push_str(&text.xml10_content()),
                Event::CData(text) => innermost(&mut open).text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let text = resolve(&reference)?;
                    innermost(&mut open).text.push_str(&text);
                }
                Event::Comment(_) | Event::Decl(_) => {}
                Event::PI(_) | Event::DocType(_) => {
                    return Err(TwimlError::Xml("it has more than elements".to_owned()));
                }
                Event::Eof => return Self::root(open),
            }
            if open.len() > MAX_DEPTH {
                return Err(TwimlError::Depth(innermost(&mut open).name.clone()));
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, TwimlError> {
        let mut element = Self::new(start.name().as_ref());
        for attribute in start.attributes() {
            let attribute = attribute.map_err(fault)?;
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(fault)?;
            element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(element)
    }

    fn root(mut open: Vec<Self>) -> Result<Self, TwimlError> {
        let mut document = open.swap_remove(0);
        match (open.is_empty(), document.text.trim().is_empty(), document.children.len()) {
            (true, true, 1) => Ok(document.children.remove(0)),
            (false, ..) => Err(TwimlError::Xml("it ends within an element".to_owned())),
            (true, ..) => Err(TwimlError::Xml("it is not one element".to_owned())),
        }
    }
}

fn innermost(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document is never closed")
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, TwimlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(fault)? {
        return Ok(character.to_string());
    }
    let name = reference.xml10_content();
    let text = resolve_predefined_entity(&name).ok_or_else(|| TwimlError::Xml(format!("there is no &{name};")))?;
    Ok(text.to_owned())
}

fn fault(error: impl ToString) -> TwimlError {
    TwimlError::Xml(error.to_string())
}

/// The text without the characters that XML cannot carry, not even escaped; names of customers may have them.
fn carried(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\t' | '\n' | '\r' | ' '..) && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}
