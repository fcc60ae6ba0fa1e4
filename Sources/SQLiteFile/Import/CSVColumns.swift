/// What is known of a column from all of its values, where no schema says it.
struct CSVColumn {
    let name: String
    private var hasIntegers = false
    private var hasReals = false
    private var hasTexts = false
    private var hasBlobs = false

    init(name: String) { self.name = name }

    mutating func note(_ value: CSVValue) {
        switch value {
        case .null: break
        case .integer: hasIntegers = true
        case .real: hasReals = true
        case .text, .encodedText: hasTexts = true
        case .blob: hasBlobs = true
        }
    }

    /// The declared type that changes no value of the column, with a blank before it, or nothing.
    var declaration: String {
        switch (hasIntegers, hasReals, hasTexts, hasBlobs) {
        case (_, _, true, false), (false, false, false, false): " TEXT"
        case (true, false, false, false): " INTEGER"
        case (false, true, false, false): " REAL"
        case (true, true, false, false): " NUMERIC"
        case (false, false, false, true): " BLOB"
        default: ""
        }
    }
}

/// Whether a column of this declared type makes texts of numbers (sqlite.org/datatype3.html, 3.1).
func isTextType(_ declaration: String) -> Bool {
    let upper = declaration.uppercased()
    return !upper.contains("INT") && ["CHAR", "CLOB", "TEXT"].contains(where: upper.contains)
}
