/// How a table spends the columns of a line; shared by tables for the terminal and for Markdown.
enum TableLayout {
    /// The width of each column: its natural one while all fit, else the widest shrinkable columns give way first.
    ///
    /// - Parameters:
    ///   - natural: the widest cell of each column.
    ///   - minimums: how narrow a column may become; nil for one that is never shortened.
    ///   - available: columns for cells alone, without gaps and borders.
    /// - Returns: a width a column; where even the minimums do not fit, together more than `available`.
    static func widths(natural: [Int], minimums: [Int?], available: Int) -> [Int] {
        var widths = natural
        while widths.reduce(0, +) > available {
            let shrinkable = widths.indices.filter { index in minimums[index].map { widths[index] > $0 } ?? false }
            guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    /// The text with spaces on the side that its alignment leaves free.
    static func pad(_ text: String, to width: Int, _ alignment: TextTable.Alignment) -> String {
        let space = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return alignment == .left ? text + space : space + text
    }
}
