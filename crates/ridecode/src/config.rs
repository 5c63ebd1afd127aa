//! Configuration: file, environment and flags, converted once into one struct per concern.
