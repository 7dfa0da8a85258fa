//! Elements as plain structs, each with its names said once for writing and reading.

use super::{TwimlError, xml::Element};

/// Defines an element: its tag, its attributes and, where it has one, its text.
///
/// `read` takes attributes and text and leaves children to the caller; `from_element` allows no children.
macro_rules! element {
    (
        $(#[$doc:meta])* $name:ident = $tag:literal {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $attribute:literal,)*
        }
        $(text { $(#[$text_doc:meta])* $text:ident: $text_type:ty })?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Default)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            $($(#[$text_doc])* pub $text: $text_type,)?
        }

        impl $name {
            pub(super) const TAG: &'static str = $tag;

            pub(super) fn to_element(&self) -> Element {
                let mut element = Element::new($tag);
                $(if let Some(value) = &self.$field {
                    element.attributes.push(($attribute.to_owned(), Value::write(value)));
                })*
                $(element.text = Value::write(&self.$text);)?
                element
            }

            pub(super) fn read(element: &Element) -> Result<Self, TwimlError> {
                let mut read = Self::default();
                for (name, text) in &element.attributes {
                    match name.as_str() {
                        $($attribute => read.$field = Some($crate::twiml::element::value(element, name, text)?),)*
                        _ => return Err($crate::twiml::element::unknown(element, name)),
                    }
                }
                $(read.$text = $crate::twiml::element::value(element, "the text", element.text.trim())?;)?
                Ok(read)
            }

            #[allow(dead_code, reason = "elements with children read them by themselves")]
            pub(super) fn from_element(element: &Element) -> Result<Self, TwimlError> {
                element.check_no_children()?;
                let has_text: &[&str] = &[$(stringify!($text))?];
                if has_text.is_empty() { element.check_no_text()? } else { element.check_text()? }
                Self::read(element)
            }
        }
    };
}
pub(super) use element;

pub(super) fn value<T: super::value::Value>(element: &Element, name: &str, text: &str) -> Result<T, TwimlError> {
    T::read(text).map_err(|reason| TwimlError::Value {
        element: element.name.clone(),
        attribute: name.to_owned(),
        reason,
    })
}

pub(super) fn unknown(element: &Element, name: &str) -> TwimlError {
    TwimlError::Attribute { element: element.name.clone(), attribute: name.to_owned() }
}

impl Element {
    pub(super) fn check_no_children(&self) -> Result<(), TwimlError> {
        self.children.first().map_or(Ok(()), |child| Err(self.misplaced(child)))
    }
    pub(super) fn check_no_text(&self) -> Result<(), TwimlError> {
        if self.text.trim().is_empty() { Ok(()) } else { Err(TwimlError::Text(self.name.clone())) }
    }
    pub(super) fn check_text(&self) -> Result<(), TwimlError> {
        if self.text.trim().is_empty() { Err(self.missing("text")) } else { Ok(()) }
    }
    pub(super) fn missing(&self, what: &'static str) -> TwimlError {
        TwimlError::Missing { element: self.name.clone(), what }
    }
    pub(super) fn misplaced(&self, child: &Self) -> TwimlError {
        TwimlError::Element { element: child.name.clone(), parent: self.name.clone() }
    }
}
