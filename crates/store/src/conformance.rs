//! The laws every engine keeps, one file per verb.
