//! The plot: for each table its first column as bars, in SVG.
//!
//! A page that shows it may be light or dark. The plot brings a background of its own and
//! follows what the reader prefers, so its text is always readable.

use svg::Document;
use svg::node::element::{Group, Rectangle, Style, Text, Title};

use crate::figures::{Row, Table, shown};

const WIDTH: f64 = 760.0;
/// Where the bars begin; their names stand left of it.
const LEFT: f64 = 250.0;
/// The longest bar; its value stands right of it.
const LONGEST: f64 = 410.0;
const LINE: f64 = 24.0;
const MARGIN: f64 = 16.0;

const STYLE: &str = "
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.unit { fill: #59636e; }
.page { fill: #ffffff; }
.axum { fill: #c2410c; }
.fastapi { fill: #0f766e; }
.other { fill: #8b949e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .unit { fill: #9198a1; }
  .page { fill: #0d1117; }
  .axum { fill: #fb923c; }
  .fastapi { fill: #2dd4bf; }
}
";

/// The plot of these tables.
pub fn of(tables: &[Table]) -> String {
    let mut height = MARGIN;
    let mut groups = Vec::new();
    for table in tables {
        groups.push(bars(table, height));
        height += LINE * (table.rows.len() as f64 + 2.5);
    }
    let page = Rectangle::new().set("class", "page").set("width", WIDTH).set("height", height);
    let document = Document::new()
        .set("viewBox", (0, 0, WIDTH, height))
        .set("width", WIDTH)
        .set("height", height)
        .set("role", "img")
        .add(Title::new("What was measured, as bars"))
        .add(Style::new(STYLE))
        .add(page.set("rx", 6));
    format!("{}\n", groups.into_iter().fold(document, Document::add))
}

/// A table's title, and below it a bar a row.
fn bars(table: &Table, top: f64) -> Group {
    let values = table.rows.iter().filter_map(Row::plotted);
    let largest = values.fold(f64::MIN_POSITIVE, f64::max);
    let title = text(MARGIN, top + LINE * 0.6, &table.title.replace('`', "")).set("class", "title");
    let unit = text(MARGIN, top + LINE * 1.4, &table.columns[0]).set("class", "unit");
    let mut group = Group::new().add(title).add(unit);
    for (index, row) in table.rows.iter().enumerate() {
        let Some(value) = row.plotted() else { continue };
        let y = top + LINE * (index as f64 + 1.8);
        let length = (LONGEST * value / largest).max(1.0);
        let bar = Rectangle::new()
            .set("class", class(&row.name))
            .set("x", LEFT)
            .set("y", y)
            .set("width", format!("{length:.1}"))
            .set("height", LINE - 6.0)
            .set("rx", 2);
        let baseline = y + LINE * 0.55;
        group = group
            .add(text(LEFT - 8.0, baseline, &row.name).set("text-anchor", "end"))
            .add(bar)
            .add(text(LEFT + length.round() + 6.0, baseline, &shown(value)));
    }
    group
}

fn text(x: f64, y: f64, content: &str) -> Text {
    Text::new(content).set("x", x).set("y", format!("{y:.1}"))
}

/// The colour of a server's bar.
fn class(name: &str) -> &'static str {
    let name = name.to_lowercase();
    match () {
        () if name.starts_with("fastapi") => "fastapi",
        () if name.starts_with("axum") => "axum",
        () => "other",
    }
}
