import Archiving
import DurableFiles
import SystemPackage

/// What a file holds, told by its first bytes.
struct StoredContent: Hashable {
    enum Kind: Hashable {
        case database
        case sqlText
        case encrypted
    }

    let kind: Kind
    /// How it is stored; `plain` of an encrypted file, in which there may be another format.
    let format: CompressedFormat

    private static let magic = Array("SQLite format 3\0".utf8)
    private static let lookedAt = 4096
    /// What begins a statement that text which fills a database has.
    private static let firstWords = ["pragma", "begin", "create", "insert", "--", "/*", "drop", "start"]

    /// For people: `SQLite database, gzip`.
    var description: String {
        switch kind {
        case .database: "SQLite database" + (format == .plain ? "" : ", \(format)")
        case .sqlText: "SQL text" + (format == .plain ? "" : ", \(format)")
        case .encrypted: "encrypted"
        }
    }

    /// Looks at a file; `isEncrypted` tells whether a file that begins with these bytes is encrypted.
    ///
    /// - Throws: ``RestoreError`` where there is none or it is nothing that can be restored; `ArchiveError`, `FileError`.
    static func look(at path: FilePath, isEncrypted: ([UInt8]) -> Bool) throws -> StoredContent {
        guard let facts = try FileFacts.of(path, followingLinks: true) else { throw RestoreError.sourceMissing(path) }
        guard facts.kind == .file else { throw RestoreError.sourceNotAFile(path) }
        guard facts.size > 0 else { throw RestoreError.sourceUnknown(path, reason: "it is empty") }
        if isEncrypted(try FileCopy.start(of: path, count: lookedAt)) {
            return StoredContent(kind: .encrypted, format: .plain)
        }
        var reader = try CompressedFileReader.open(path, limit: Int.max)
        let format = reader.format
        let start = try start(of: &reader)
        if start.starts(with: magic) { return StoredContent(kind: .database, format: format) }
        guard !start.isEmpty else { throw RestoreError.sourceUnknown(path, reason: "there is nothing in it") }
        guard isSQL(start) else {
            throw RestoreError.sourceUnknown(path, reason: "it holds neither a SQLite database nor SQL text")
        }
        return StoredContent(kind: .sqlText, format: format)
    }

    private static func start(of reader: inout CompressedFileReader) throws -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: lookedAt, alignment: 16)
        defer { buffer.deallocate() }
        var start: [UInt8] = []
        while start.count < lookedAt, case let count = try reader.read(into: buffer), count > 0 {
            start += buffer[..<count]
        }
        return start
    }

    private static func isSQL(_ start: [UInt8]) -> Bool {
        guard !start.contains(0) else { return false }
        let text = String(decoding: start.prefix(1024), as: UTF8.self)
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
        return firstWords.contains { text.hasPrefix($0) }
    }
}
