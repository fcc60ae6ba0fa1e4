package import Archiving
import Digests
import DurableFiles
package import Foundation
import Maintenance
package import SQLiteFile
package import SystemPackage

/// How a database is to be exported, and where to.
package struct DatabaseExport: Sendable {
    /// Where the export gets its name.
    package enum Place: Hashable, Sendable {
        /// A name of the stem and the instant, in this folder, which is made if it is missing.
        case folder(FilePath, stem: String)
        /// This file, or for tables this folder; nothing is there yet.
        case path(FilePath)
    }

    package var format: ExportFormat
    package var place: Place
    package var compression: Compression
    /// The only tables; nil for all.
    package var tables: [String]?
    /// In which names and manifests tell the time.
    package var timeZone: TimeZone

    package init(
        _ format: ExportFormat, to place: Place, compression: Compression = .none, tables: [String]? = nil,
        timeZone: TimeZone = .gmt
    ) {
        self.format = format
        self.place = place
        self.compression = compression
        self.tables = tables
        self.timeZone = timeZone
    }

    /// Writes the export from one snapshot of an open database, live or unpacked from a set.
    ///
    /// It is private to its owner, synced, and appears under its name whole or not at all. The SQL is one file; tables
    /// are a folder with `tables.json`, `schema.sql` and one file each.
    ///
    /// - Parameters:
    ///   - connection: any; the snapshot is pinned as long as this takes.
    ///   - instant: what the name says.
    ///   - progress: hears which table is being written, and how many are done and there are; not for SQL.
    /// - Returns: what was written.
    /// - Throws: ``ExportError``, `SQLiteFileError`, `TableSelectionError`, `FileError`, `ArchiveError` or
    ///   `CancellationError`; nothing is left then.
    package func write(
        _ connection: SQLiteConnection, at instant: Date, progress: (String, Int, Int) -> Void = { _, _, _ in }
    ) throws -> ExportResult {
        let start = ContinuousClock.now
        return try connection.withSnapshot {
            try requireRoom(for: connection.facts(), createFolder: true)
            let path = try destination(at: instant)
            try removeLeftovers()
            let files =
                format == .sql
                ? [try writeSQL(connection, to: path)]
                : try writeTables(connection, to: path, at: instant, progress)
            return ExportResult(path: path, format: format, files: files, duration: .now - start)
        }
    }

    /// Looks whether the export could be written, and writes nothing.
    ///
    /// - Returns: where it would be, and its tables.
    /// - Throws: ``ExportError``, `SQLiteFileError`, `TableSelectionError`, `FileError`.
    package func rehearse(
        _ connection: SQLiteConnection, at instant: Date
    ) throws -> (path: FilePath, tables: [ExportTable]) {
        try connection.withSnapshot {
            try requireRoom(for: connection.facts(), createFolder: false)
            return (try destination(at: instant), try connection.exportTables(tables))
        }
    }

    private var folder: FilePath {
        switch place {
        case .folder(let folder, _): folder
        case .path(let path): Folder.parent(of: path)
        }
    }

    /// Refuses to begin where the disk could get full.
    ///
    /// An estimate: text is about as large as the pages it comes from, and packs to a third of it or less; the sink
    /// looks again while it writes. Only the part of the database that holds something counts.
    private func requireRoom(for facts: SQLiteFacts, createFolder: Bool) throws {
        if createFolder, case .folder(let folder, _) = place {
            if try FileFacts.of(folder, followingLinks: false) == nil { try Folder.create(folder) }
        }
        let kind = try FileFacts.of(folder, followingLinks: createFolder ? false : true)?.kind
        guard kind == .folder || kind == nil || kind == .symbolicLink else { throw ExportError.notAFolder(folder) }
        let used = Int(facts.databaseBytes - facts.freeBytes)
        let needed = (compression == .none ? used : used / 3) + ExportSink.reserve
        let available = try DiskSpace.available(at: folder).availableBytes
        guard available >= needed else {
            throw ExportError.noRoom(folder, needed: needed, available: available)
        }
    }

    private func destination(at instant: Date) throws -> FilePath {
        switch place {
        case .path(let path):
            guard try FileFacts.of(path, followingLinks: false) == nil else { throw ExportError.alreadyExists(path) }
            return path
        case .folder(let folder, let stem):
            func name(_ number: Int) -> FilePath {
                let name = ExportName(
                    stem: stem, instant: instant, timeZone: timeZone, number: number, format: format,
                    compression: compression)
                return folder.appending("\(name)")
            }
            for number in 1...ExportName.highestNumber {
                if try FileFacts.of(name(number), followingLinks: false) == nil { return name(number) }
            }
            throw ExportError.alreadyExists(name(1))
        }
    }

    /// Removes what a killed export left in a folder that is for exports.
    private func removeLeftovers() throws {
        guard case .folder(let folder, let stem) = place else { return }
        try TemporaryFile.removeLeftovers(in: folder)
        try UnfinishedFolder.removeLeftovers(in: folder) { ExportName($0, stem: stem) != nil }
    }

    private func writeSQL(_ connection: SQLiteConnection, to path: FilePath) throws -> ExportedFile {
        var sink = try ExportSink.create(path, compression, of: path)
        let counted = try connection.exportTables(tables)
        try connection.dumpSQL(tables: tables) { try sink.write($0) }
        let facts = try sink.publish(as: path)
        return ExportedFile(path: path, facts: facts, tables: counted.map(\.name), rows: nil, encodedTexts: 0)
    }

    private func writeTables(
        _ connection: SQLiteConnection, to path: FilePath, at instant: Date,
        _ progress: (String, Int, Int) -> Void
    ) throws -> [ExportedFile] {
        let folder = try UnfinishedFolder(beside: path)
        let list = try connection.exportTables(tables)
        var names = TableFileNames()
        var manifest = TableManifest(
            format: format, instant: InstantText.format(instant, in: timeZone),
            encoding: try connection.facts().encoding, isWhole: tables == nil, tables: [])
        var files: [ExportedFile] = []
        let ending = ".\(format)" + (compression == .none ? "" : ".\(compression.fileExtension)")
        for (done, table) in list.enumerated() {
            progress(table.name, done, list.count)
            let name = names.name(for: table.name, ending: ending)
            var sink = try ExportSink.create(folder.path.appending(name), compression, of: path)
            let counts =
                format == .csv
                ? try connection.exportCSV(of: table) { try sink.write($0) }
                : try connection.exportJSONLines(of: table) { try sink.write($0) }
            let facts = try sink.publish(as: folder.path.appending(name))
            manifest.tables.append(
                TableManifest.Table(
                    name: table.name, kind: table.kind, file: name, columns: table.columns, rows: counts.rows,
                    encodedTexts: counts.encodedTexts, bytes: facts.bytes, sha256: facts.sha256.hex))
            files.append(
                ExportedFile(
                    path: path.appending(name), facts: facts, tables: [table.name], rows: counts.rows,
                    encodedTexts: counts.encodedTexts))
        }
        try writeSchema(connection, manifest, in: folder.path, of: path)
        try folder.publish(as: path)
        return files
    }

    private func writeSchema(
        _ connection: SQLiteConnection, _ manifest: TableManifest, in folder: FilePath, of path: FilePath
    ) throws {
        let schema = folder.appending(TableManifest.schemaName)
        var sink = try ExportSink.create(schema, .none, of: path)
        try connection.dumpSchema(tables: tables) { try sink.write($0) }
        _ = try sink.publish(as: schema)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DurableFile.write(
            Array(encoder.encode(manifest)), to: folder.appending(TableManifest.name),
            permissions: .ownerReadWrite)
    }
}

/// A file of an export.
package struct ExportedFile: Hashable, Sendable {
    package let path: FilePath
    /// Its two sides, stored and unpacked.
    package let facts: CompressedFileFacts
    /// The tables in it.
    package let tables: [String]
    /// Nil for SQL, where rows are not counted.
    package let rows: Int?
    /// Texts that are no Unicode, or hold what the format cannot, and are there as bytes.
    package let encodedTexts: Int
}

/// An export that was made.
package struct ExportResult: Sendable {
    /// The file, or the folder of the files.
    package let path: FilePath
    package let format: ExportFormat
    package let files: [ExportedFile]
    package let duration: Duration

    /// The stored size of all files of data in bytes.
    package var bytes: Int { files.reduce(0) { $0 + $1.facts.bytes } }
    /// How many tables are in it.
    package var tables: Int { files.reduce(0) { $0 + $1.tables.count } }
    /// In all tables; nil for SQL.
    package var rows: Int? { files.reduce(0) { sum, file in sum.flatMap { sum in file.rows.map { sum + $0 } } } }
    package var encodedTexts: Int { files.reduce(0) { $0 + $1.encodedTexts } }
}
