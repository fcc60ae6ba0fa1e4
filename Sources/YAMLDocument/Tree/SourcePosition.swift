/// A place in a file, as messages name it: `file:line:column`.
///
/// Lines and columns start at 1. A column counts Unicode scalars, as libyaml does, so an `é` written as one scalar is
/// one column and a tab is one column too. A byte order mark at the start of a file takes no column.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it.
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int = 1, column: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }

    /// The place `columns` further on the same line.
    package func advanced(columns: Int) -> SourcePosition {
        SourcePosition(file: file, line: line, column: column + columns)
    }
}
