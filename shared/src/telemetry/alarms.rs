//! What a person should be woken up for: a line that `CloudWatch` reads as a metric.

use jiff::Timestamp;

/// The target of the lines that are alarms.
pub(super) const ALARMS: &str = "tenon::alarm";

/// Something that should never happen, and that a person must look at when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A candidate may still push to a day that is handed in, or nobody can tell.
    WorkspaceStillWritable,
    /// A job failed too often: it waits for a person.
    JobGivenUp,
    /// The secret settings cannot be read, or are wrong.
    SecretUnreachable,
    /// The table throttles us, fails, or cannot be reached.
    TableUnavailable,
    /// A request, a message or a sweep was cut off, or a message not begun, because its time was nearly over.
    DeadlineNear,
    /// Our code panicked.
    Panicked,
    /// A message of the job queue makes no sense, or names a job that is not there or cannot be read.
    PoisonMessage,
}

impl Alarm {
    /// The metric's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkspaceStillWritable => "WorkspaceStillWritable",
            Self::JobGivenUp => "JobGivenUp",
            Self::SecretUnreachable => "SecretUnreachable",
            Self::TableUnavailable => "TableUnavailable",
            Self::DeadlineNear => "DeadlineNear",
            Self::Panicked => "Panicked",
            Self::PoisonMessage => "PoisonMessage",
        }
    }
}

/// Raises an alarm: its metric is 1 at `at`. What it is about belongs into a line of its own.
pub fn alarm(alarm: Alarm, at: Timestamp) {
    tracing::error!(target: ALARMS, alarm = alarm.name(), at_ms = at.as_millisecond(), "alarm");
}

#[cfg(test)]
mod tests {
    use std::iter::successors;

    use super::*;
    use crate::telemetry::metrics;

    /// The alarm behind `alarm`, so that no variant is forgotten here.
    fn next(alarm: Alarm) -> Option<Alarm> {
        match alarm {
            Alarm::WorkspaceStillWritable => Some(Alarm::JobGivenUp),
            Alarm::JobGivenUp => Some(Alarm::SecretUnreachable),
            Alarm::SecretUnreachable => Some(Alarm::TableUnavailable),
            Alarm::TableUnavailable => Some(Alarm::DeadlineNear),
            Alarm::DeadlineNear => Some(Alarm::Panicked),
            Alarm::Panicked => Some(Alarm::PoisonMessage),
            Alarm::PoisonMessage => None,
        }
    }

    #[test]
    fn every_alarm_is_a_metric_of_its_name_without_dimensions() {
        let raised = successors(Some(Alarm::WorkspaceStillWritable), |it| next(*it));
        let raised: Vec<&str> = raised.map(Alarm::name).collect();

        let plain = metrics::ALL.iter().filter(|it| it.dimensions.is_empty()).map(|it| it.name);
        let gauges = ["QueueAge", "GitHubBudgetLeft"];
        let counted: Vec<&str> = plain.filter(|name| !gauges.contains(name)).collect();
        assert_eq!(raised, counted);
    }
}
