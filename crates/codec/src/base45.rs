//! Base45, RFC 9285: the alphabet of QR alphanumeric mode.
