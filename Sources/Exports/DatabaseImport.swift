import Archiving
import Digests
import DurableFiles
import Foundation
package import SQLiteFile
package import SystemPackage

/// New databases from files, plain or compressed with gzip or zstd.
package enum DatabaseImport {
    /// More than any file holds, so that only the disk and the time limit end an import.
    private static let longestContent = 1 << 50

    /// Builds a new database from a file of SQL: of Ronde, `sqlite3 .dump`, borgmatic and others.
    ///
    /// See `SQLImport.run` for what is refused.
    ///
    /// - Parameters:
    ///   - path: `.sql`, `.sql.gz` or `.sql.zst`; the content tells which it is.
    ///   - destination: the new database; there is nothing of this name.
    ///   - limits: what it may use.
    ///   - progress: hears how many stored bytes were read.
    /// - Returns: what was made.
    /// - Throws: `ImportError`, `FileError` or `ArchiveError`; nothing is left of the new database then.
    package static func sql(
        from path: FilePath, into destination: FilePath, limits: ImportLimits = ImportLimits(),
        progress: (Int) -> Void = { _ in }
    ) throws -> ImportReport {
        var reader = try CompressedFileReader.open(path, limit: longestContent)
        return try SQLImport.run(into: destination, named: path, limits: limits) { buffer in
            let count = try reader.read(into: buffer)
            progress(reader.storedBytesRead)
            return count
        }
    }

    /// Builds a new database from files of CSV, one a table.
    ///
    /// See `CSVImport.run` for how values are understood.
    ///
    /// - Parameters:
    ///   - files: each table's name and its file, plain or compressed.
    ///   - schema: a file of SQL that makes the tables; nil to take columns from the headers and types from the values.
    ///   - destination: the new database; there is nothing of this name.
    ///   - limits: what it may use.
    /// - Returns: what was made.
    /// - Throws: `ImportError`, `FileError` or `ArchiveError`; nothing is left of the new database then.
    package static func csv(
        files: [(table: String, path: FilePath)], schema: FilePath? = nil, into destination: FilePath,
        limits: ImportLimits = ImportLimits()
    ) throws -> ImportReport {
        try CSVImport.run(
            files.map { ($0.table, text($0.path)) }, schema: schema.map(text), into: destination, limits: limits)
    }

    /// Builds a new database from a folder that an export to CSV made.
    ///
    /// Files are compared with the digests of `tables.json` first.
    ///
    /// - Parameters:
    ///   - folder: with `tables.json`, `schema.sql` and the tables' files.
    ///   - destination: the new database; there is nothing of this name.
    ///   - limits: what it may use.
    /// - Returns: what was made.
    /// - Throws: ``ExportError``, `ImportError`, `FileError` or `ArchiveError`; nothing is left of the new database.
    package static func csv(
        folder: FilePath, into destination: FilePath, limits: ImportLimits = ImportLimits()
    ) throws -> ImportReport {
        let manifest = try manifest(in: folder)
        guard manifest.format == .csv else {
            throw ExportError.notAnExport(folder, reason: "this holds \(manifest.format.rawValue), not csv")
        }
        for table in manifest.tables {
            guard let name = FilePath.Component(table.file), name.kind == .regular, name.string == table.file else {
                throw ExportError.notAnExport(folder, reason: "'\(table.file)' in its tables.json is no file name")
            }
            let path = folder.appending(name)
            let reader = try CompressedFileReader.open(path, limit: longestContent)
            guard try reader.finish().sha256.hex == table.sha256 else {
                throw ExportError.notAnExport(path, reason: "this is not what was written, by its digest; take another")
            }
        }
        return try csv(
            files: manifest.tables.map { ($0.name, folder.appending($0.file)) },
            schema: folder.appending(TableManifest.schemaName), into: destination, limits: limits)
    }

    /// Reads the `tables.json` of a folder of tables.
    ///
    /// - Throws: ``ExportError`` where it has none that can be read.
    package static func manifest(in folder: FilePath) throws -> TableManifest {
        let path = folder.appending(TableManifest.name)
        do {
            return try JSONDecoder().decode(
                TableManifest.self, from: Data(DurableFile.read(path, limit: 64 << 20)))
        } catch let error as FileError {
            throw ExportError.notAnExport(folder, reason: "this is no folder of exported tables: \(error)")
        } catch {
            throw ExportError.notAnExport(path, reason: "this is no list of exported tables")
        }
    }

    private static func text(_ path: FilePath) -> ImportText {
        ImportText(name: path) { body in
            var reader = try CompressedFileReader.open(path, limit: longestContent)
            try body { try reader.read(into: $0) }
        }
    }
}
