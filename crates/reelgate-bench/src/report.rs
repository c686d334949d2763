//! One table with every figure, its baseline, the ratio and the target.

use crate::load::Load;

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for its own sake.
    None,
}

/// A line of the table.
pub(crate) struct Row {
    what: String,
    figure: String,
    baseline: String,
    /// What is compared with the target, and how it is written.
    value: f64,
    unit: &'static str,
    target: Target,
}

/// The table.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// A line whose value is a part of a baseline's, in per cent.
    pub(crate) fn share(
        &mut self,
        what: &str,
        (figure, of): (&[f64], &[f64]),
        (unit, baseline): (&str, &str),
        least: f64,
    ) {
        let share = 100.0 * median_ratio(figure, of);
        self.push(Row {
            what: what.to_owned(),
            figure: format!("{} {unit}", amount(median(figure))),
            baseline: format!("{} {unit} {baseline}", amount(median(of))),
            value: share,
            unit: " %",
            target: Target::AtLeast(least),
        });
    }

    /// A line whose value is so many times a baseline's.
    pub(crate) fn times(
        &mut self,
        what: &str,
        (figure, of): (&[f64], &[f64]),
        (unit, baseline): (&str, &str),
        target: Target,
    ) {
        self.push(Row {
            what: what.to_owned(),
            figure: format!("{} {unit}", amount(median(figure))),
            baseline: format!("{} {unit} {baseline}", amount(median(of))),
            value: median_ratio(figure, of),
            unit: "x",
            target,
        });
    }

    /// A line that stands for itself.
    pub(crate) fn plain(&mut self, what: &str, values: &[f64], unit: &'static str, to: Target) {
        self.push(Row {
            what: what.to_owned(),
            figure: format!("{}{unit}", amount(median(values))),
            baseline: String::new(),
            value: median(values),
            unit,
            target: to,
        });
    }

    pub(crate) fn note(&mut self, text: String) {
        crate::say(&format!("  note: {text}"));
        self.notes.push(text);
    }

    fn push(&mut self, row: Row) {
        crate::say(&format!("  {}", cells(&row).join("  ")));
        self.rows.push(row);
    }

    /// The whole table, as Markdown that also reads well in a terminal.
    pub(crate) fn table(&self) -> String {
        let head = ["what", "figure", "baseline", "ratio", "target", ""].map(str::to_owned);
        let lines: Vec<_> = self.rows.iter().map(cells).collect();
        let widths: Vec<usize> = (0..head.len())
            .map(|at| lines.iter().chain([&head]).map(|l| l[at].chars().count()).max().unwrap_or(0))
            .collect();
        let line = |cells: &[String; 6]| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:width$} "));
            format!("|{}|\n", padded.collect::<Vec<_>>().join("|"))
        };
        let rule: Vec<_> = widths.iter().map(|width| "-".repeat(width + 2)).collect();
        let mut text = line(&head) + &format!("|{}|\n", rule.join("|"));
        text.extend(lines.iter().map(line));
        text.extend(self.notes.iter().map(|note| format!("\n* {note}")));
        text
    }
}

fn cells(row: &Row) -> [String; 6] {
    let (ratio, met) = (format!("{}{}", amount(row.value), row.unit), meets(row));
    let target = match row.target {
        Target::AtLeast(least) => format!(">= {}{}", amount(least), row.unit),
        Target::AtMost(most) => format!("<= {}{}", amount(most), row.unit),
        Target::None => String::new(),
    };
    let met = met.map_or("", |met| if met { "met" } else { "MISSED" });
    let ratio = if row.baseline.is_empty() { String::new() } else { ratio };
    [row.what.clone(), row.figure.clone(), row.baseline.clone(), ratio, target, met.to_owned()]
}

fn meets(row: &Row) -> Option<bool> {
    match row.target {
        Target::AtLeast(least) => Some(row.value >= least),
        Target::AtMost(most) => Some(row.value <= most),
        Target::None => None,
    }
}

/// Three digits are as much as any of this is worth.
fn amount(value: f64) -> String {
    match value.abs() {
        big if big >= 10_000.0 => format!("{:.1}k", value / 1000.0),
        big if big >= 100.0 => format!("{value:.0}"),
        big if big >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle one of the ratios of each round: both sides of a round saw the same machine.
fn median_ratio(figure: &[f64], of: &[f64]) -> f64 {
    let ratios: Vec<f64> = figure.iter().zip(of).map(|(a, b)| a / b).collect();
    median(&ratios)
}

/// One figure of every round.
pub(crate) fn each(loads: &[Load], of: fn(&Load) -> f64) -> Vec<f64> {
    loads.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_taken_in_each_round() {
        let mut report = Report::default();
        let (figure, of) = ([50.0, 10.0, 60.0], [100.0, 20.0, 100.0]);
        report.share("posts", (&figure, &of), ("/s", "bare"), 50.0);
        report.plain("idle", &[31.0], " MiB", Target::AtMost(30.0));
        let table = report.table();
        assert!(table.contains("| 50.0 /s  | 100 /s bare | 50.0 % | >= 50.0 %   | met    |"));
        assert!(table.contains("| 31.0 MiB |             |        | <= 30.0 MiB | MISSED |"));
    }
}
