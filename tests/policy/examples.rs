//! The policies in deploy/policies give what their comments say.
