//! What AWS is told in the templates and what the code is: the same, both ways.

mod alarms;
mod delivery;
mod jobs;
mod mail;
mod pattern;
mod resolved;
mod rights;
mod routes;
mod settings;
mod table;
