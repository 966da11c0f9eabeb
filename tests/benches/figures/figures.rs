//! What `just bench` measured, and how a page shows it: tables and a plot.
//!
//! A run writes `target/figures/streaming.json`. `just bless-figures` takes it over as
//! `tests/figures/streaming.json`, and writes the tables and the plot from there, so that
//! nobody types a figure; `cargo test` checks that they still fit.

use std::fs;
use std::path::{Path, PathBuf};

use lesson_tests::workspace;
use serde::{Deserialize, Serialize};

use crate::{Result, plot};

/// The name of the figures that are of no lesson: how long all that takes to build.
pub const BUILD: &str = "build";

/// The plot's name, in the lesson's folder.
const PLOT: &str = "figures.svg";

/// One run of a command that measures.
#[derive(Deserialize, Serialize)]
pub struct Figures {
    /// The day: `2026-11-26`.
    pub date: String,
    /// Processor, cores, operating system.
    pub machine: String,
    /// `Rust 1.95.0`, `FastAPI 0.165.0` and so on.
    pub versions: Vec<String>,
    /// What was run, so that a reader can do it again, and then what that ran.
    pub commands: Vec<String>,
    /// What came out, a table for each question.
    pub tables: Vec<Table>,
}

/// The answers to one question.
#[derive(Deserialize, Serialize)]
pub struct Table {
    /// What was measured: `GET /model/predict?x=2`.
    pub title: String,
    /// What each value is, with its unit; the plot shows the first one.
    pub columns: Vec<String>,
    /// Who was measured.
    pub rows: Vec<Row>,
}

/// What was measured of one server.
#[derive(Deserialize, Serialize)]
pub struct Row {
    /// Its name: `axum`.
    pub name: String,
    /// A value a column; `None` where there is nothing to measure.
    pub values: Vec<Option<f64>>,
}

impl Figures {
    /// Reads a file of figures.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?)
    }

    /// What a page shows of them: one in `docs/` if `name` is a lesson, with its plot.
    pub fn shown_for(&self, name: &str) -> String {
        let plot = (name != BUILD).then(|| format!("../{PLOT}"));
        self.markdown(plot.as_deref())
    }

    /// The tables as Markdown, below the plot if there is one.
    pub fn markdown(&self, plot: Option<&str>) -> String {
        let mut text = String::new();
        if let Some(file) = plot {
            text.push_str(&format!("![{}]({file})\n\n", self.in_words()));
        }
        for table in &self.tables {
            text.push_str(&table.markdown());
        }
        let mut commands = self.commands.iter().map(|command| format!("`{command}`"));
        let command = commands.next().unwrap_or_default();
        let runs: Vec<String> = commands.collect();
        let runs = match runs.is_empty() {
            true => String::new(),
            false => format!(", which runs {},", runs.join(" and ")),
        };
        text.push_str(&format!(
            "Measured on {} by {command}{runs} on {}; {}.\n",
            self.date,
            self.machine,
            self.versions.join(", ")
        ));
        text
    }

    /// What the plot shows, for those who cannot see it.
    fn in_words(&self) -> String {
        let tables = self.tables.iter().map(|table| {
            let rows: Vec<String> = table
                .rows
                .iter()
                .filter_map(|row| Some(format!("{} {}", row.name, shown(row.plotted()?))))
                .collect();
            format!("{}, {}: {}", table.title, table.columns[0], rows.join("; "))
        });
        tables.collect::<Vec<_>>().join(". ").replace('`', "")
    }

    /// The first column of each table as bars, in SVG.
    pub fn plot(&self) -> String {
        plot::of(&self.tables)
    }
}

impl Table {
    /// As Markdown, with its title above.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n\n| |", self.title);
        for column in &self.columns {
            text.push_str(&format!(" {column} |"));
        }
        text.push_str(&format!("\n| ---{}\n", " | ---:".repeat(self.columns.len()) + " |"));
        for row in &self.rows {
            text.push_str(&format!("| {} |", row.name));
            for value in &row.values {
                text.push_str(&format!(" {} |", value.map_or_else(String::new, shown)));
            }
            text.push('\n');
        }
        text + "\n"
    }
}

impl Row {
    /// What the plot shows of it.
    pub fn plotted(&self) -> Option<f64> {
        self.values.first().copied().flatten()
    }
}

/// A value with three digits that say something: 0.0123, 1.23, 12.3, 123, 12,300; a count: 7.
pub fn shown(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1000.0 {
        return format!("{value:.0}");
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (2.0 - magnitude).clamp(0.0, 6.0) as usize;
    if decimals > 0 {
        return format!("{value:.decimals$}");
    }
    let step = 10f64.powf((magnitude - 2.0).max(0.0));
    with_commas(&format!("{:.0}", (value / step).round() * step))
}

fn with_commas(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where the figures lie that the pages show: `name` is a lesson, or [`BUILD`].
pub fn taken_over(name: &str) -> PathBuf {
    workspace::root().join("tests/figures").join(format!("{name}.json"))
}

/// The plot of a lesson; there is none of the build.
pub fn plot_file(name: &str) -> Option<PathBuf> {
    (name != BUILD).then(|| Path::new("lessons").join(name).join(PLOT))
}
