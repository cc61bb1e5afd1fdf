//! A typed client for the GitHub calls Tenon makes.
