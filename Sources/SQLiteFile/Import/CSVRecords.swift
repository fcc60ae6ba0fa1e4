import SystemPackage

/// The records below a header, each with as many fields as it.
final class CSVRecords {
    /// The names of the columns.
    let header: [String]
    private let reader: CSVReader
    private let database: NewDatabase
    private let path: FilePath
    private var count = 0

    init(_ path: FilePath, _ database: NewDatabase, _ limits: ImportLimits, _ source: @escaping ByteSource) throws {
        reader = CSVReader(path, longest: limits.longestPiece) { buffer in
            try database.checkStop(at: path, line: nil)
            return try source(buffer)
        }
        self.path = path
        self.database = database
        guard try reader.next() else {
            throw ImportError(.empty, at: path, "the file is empty; it needs a header with the names of its columns")
        }
        header = reader.fields.map(reader.text)
        guard header.count <= 2000 else { throw reader.error("it has more than the 2000 columns of a table") }
        var seen: Set<String> = []
        for name in header {
            guard !name.isEmpty else { throw reader.error("a column of the header has no name") }
            guard seen.insert(name.lowercasedASCII).inserted else {
                throw reader.error("two columns of the header are called '\(name)'")
            }
        }
    }

    var fields: [CSVReader.Field] { reader.fields }
    /// Where the current record begins.
    var line: Int { reader.recordLine }

    func bytes(_ field: CSVReader.Field) -> UnsafeBufferPointer<UInt8> { reader.bytes(field) }

    /// Moves to the next record; false when there is none.
    func next() throws -> Bool {
        guard try reader.next() else { return false }
        if header.count > 1, isBlank {
            // Blank lines at the end are common and say nothing; within the file they hide a lost row.
            let line = reader.recordLine
            while isBlank { guard try reader.next() else { return false } }
            throw ImportError(.malformed, at: path, line: line, "an empty line is among the records")
        }
        guard reader.fields.count == header.count else {
            throw reader.error(
                "this record has \(reader.fields.count) fields, but the header has \(header.count) columns")
        }
        return true
    }

    private var isBlank: Bool { reader.fields.count == 1 && reader.fields[0].count == 0 && !reader.fields[0].isQuoted }
}
