/// Aligned columns of plain text, for lists in the terminal.
package struct TextTable: Hashable, Sendable {
    package enum Alignment: Hashable, Sendable {
        case left
        /// For numbers.
        case right
    }

    package struct Column: Hashable, Sendable {
        package let title: String
        package let alignment: Alignment
        /// How narrow the column may become where the line is too short; nil for one that is never shortened.
        package let minimum: Int?

        package init(_ title: String, _ alignment: Alignment = .left, minimum: Int? = nil) {
            self.title = title
            self.alignment = alignment
            self.minimum = minimum
        }
    }

    package let columns: [Column]
    /// Cells in the order of the columns, printable already.
    package private(set) var rows: [[String]] = []

    package init(columns: [Column]) { self.columns = columns }

    /// Adds a row; missing cells are empty, and cells beyond the last column are not shown.
    package mutating func add(_ cells: [String]) {
        let shown = cells.prefix(columns.count).map { PrintableText.of($0) }
        rows.append(shown + Array(repeating: "", count: columns.count - shown.count))
    }

    /// Sets the titles and rows in aligned columns; cells that are cut end with `…`.
    ///
    /// - Parameter width: the columns of the terminal; nil where nothing is to be cut, as in a pipe.
    /// - Returns: the lines, each ended by a line end.
    package func text(width: Int? = nil) -> String {
        let lines = [columns.map(\.title)] + rows
        let natural = columns.indices.map { index in lines.map { DisplayWidth.of($0[index]) }.max() ?? 0 }
        let gaps = Self.gap.count * max(0, columns.count - 1)
        let widths = TableLayout.widths(
            natural: natural, minimums: columns.map(\.minimum), available: width.map { $0 - gaps } ?? .max)
        return lines.map { line(of: $0, widths) + "\n" }.joined()
    }

    private static let gap = "  "

    private func line(of cells: [String], _ widths: [Int]) -> String {
        let padded = columns.indices.map { index in
            let cell = DisplayWidth.truncate(cells[index], to: widths[index])
            return TableLayout.pad(cell, to: widths[index], columns[index].alignment)
        }
        let line = padded.joined(separator: Self.gap)
        let end = line.utf8.lastIndex { $0 != UInt8(ascii: " ") }.map(line.utf8.index(after:))
        return String(line[..<(end ?? line.startIndex)])
    }
}
