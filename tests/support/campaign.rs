//! The fault campaign: at every external call of every flow something goes wrong once, and in the end
//! all is as if nothing had, or somebody is told.
//!
//! `flow` names the flows and `scene`, `requests` and `work` set them up; `play` lets one go wrong, has
//! the client ask again and the jobs and the sweeper run dry; `promised` is what the answer said,
//! `visible` what people then see; `tally` runs them all, several at a time, and counts.

pub mod flow;
pub mod play;
mod promised;
mod recovery;
mod requests;
pub mod scene;
pub mod tally;
mod visible;
mod work;
