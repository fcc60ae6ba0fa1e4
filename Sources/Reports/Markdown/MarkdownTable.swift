/// A Markdown table whose source is aligned as well, and no wider than a terminal where that can be had.
struct MarkdownTable {
    /// The widest line of a table, borders included.
    static let lineWidth = 100

    let columns: [TextTable.Column]
    /// Cells as they came, neither printable nor escaped yet.
    private var rows: [[String]] = []

    init(columns: [TextTable.Column]) { self.columns = columns }

    var count: Int { rows.count }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var lines: [String] {
        let titles = columns.map { MarkdownText.inline($0.title) }
        let natural = columns.indices.map { index in
            // Two dashes and a colon are the least that every viewer takes for a column.
            max(
                3, DisplayWidth.of(titles[index]),
                rows.map { DisplayWidth.of(MarkdownText.inline($0[index])) }.max() ?? 0)
        }
        let borders = 3 * columns.count + 1
        let widths = TableLayout.widths(
            natural: natural, minimums: columns.map { $0.minimum.map { max(3, $0) } },
            available: Self.lineWidth - borders)
        let cells = rows.map { row in columns.indices.map { MarkdownText.cell(row[$0], columns: widths[$0]) } }
        let rule = columns.indices.map { index in
            let dashes = String(repeating: "-", count: widths[index] + 1)
            return columns[index].alignment == .right ? dashes + ":" : dashes + "-"
        }
        return [line(of: titles, widths), "|" + rule.joined(separator: "|") + "|"] + cells.map { line(of: $0, widths) }
    }

    private func line(of cells: [String], _ widths: [Int]) -> String {
        let padded = columns.indices.map { TableLayout.pad(cells[$0], to: widths[$0], columns[$0].alignment) }
        return "| " + padded.joined(separator: " | ") + " |"
    }
}
