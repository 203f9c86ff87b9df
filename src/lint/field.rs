//! Paths of fields in an Ingress, as the API server writes them.

use std::fmt;

/// A path such as `spec.rules[0].host`, from the object's root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(Vec<Step>);

/// One step down into an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field of a struct, written `.name`.
    Name(&'static str),
    /// A key of a map, written `[key]`.
    Key(String),
    /// A place in a list, written `[index]`, counted from 0.
    Index(usize),
}

impl FieldPath {
    /// The path of an annotation's value.
    #[must_use]
    pub fn annotation(key: &str) -> Self {
        Self::names(&["metadata", "annotations"]).key(key)
    }

    /// A path of plain names from the root.
    #[must_use]
    pub fn names(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| Step::Name(name)).collect())
    }

    /// One step further, to a field.
    #[must_use]
    pub fn name(mut self, name: &'static str) -> Self {
        self.0.push(Step::Name(name));
        self
    }

    /// One step further, to a key of a map.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.to_owned()));
        self
    }

    /// One step further, to a place in a list.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The annotation's key, where the path is that of an annotation.
    #[must_use]
    pub fn annotation_key(&self) -> Option<&str> {
        match self.0.as_slice() {
            [
                Step::Name("metadata"),
                Step::Name("annotations"),
                Step::Key(key),
            ] => Some(key),
            _ => None,
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if depth == 0 => write!(f, "{name}")?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_the_api_server_writes_them() {
        let key = "nginx.org/sticky-cookie-services";
        let annotation = FieldPath::annotation(key);
        assert_eq!(annotation.annotation_key(), Some(key));
        assert_eq!(
            annotation.to_string(),
            "metadata.annotations[nginx.org/sticky-cookie-services]"
        );
        let path = FieldPath::names(&["spec", "rules"]).index(0).name("host");
        assert_eq!(path.to_string(), "spec.rules[0].host");
        assert_eq!(path.annotation_key(), None);
    }
}
