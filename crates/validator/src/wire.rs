//! Bytes of journals, segments and bundles: a writer, and a reader with limits.
