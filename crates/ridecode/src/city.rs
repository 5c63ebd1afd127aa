//! Cities: the embedded networks and tariffs of data/, or a folder laid out like it.
