//! Rules and values: no I/O, no async, no clock, no JSON values.
