//! The schema and its statements, from inside.
