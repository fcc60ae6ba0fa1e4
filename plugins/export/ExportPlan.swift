import Archiving
import DurableFiles
import Exports
import Foundation
import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage

/// What one task is to do, worked out from its parameters and the service.
struct ExportPlan {
    let export: DatabaseExport
    /// Nil where all exports are kept.
    let pruning: ExportPruning?

    init(
        _ configuration: ExportPlugin.Configuration, _ format: ExportFormat, _ compression: Compression,
        _ context: TaskContext, database: FilePath
    ) throws {
        guard let timeZone = TimeZone(identifier: context.service.timezone) else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)': '\(context.service.timezone)' is no time zone")
        }
        let folder: FilePath
        if let into = configuration.into {
            folder = FilePath(into).lexicallyNormalized()
        } else if let backups = context.service.backups {
            folder = FilePath(backups.daily).lexicallyNormalized().appending("exports")
        } else {
            throw TaskFailure(
                .unknown,
                "service '\(context.service.name)' has no backup folders; name one in 'with: {into: …}'"
            )
        }
        guard let stem = database.stem, !stem.isEmpty else {
            throw TaskFailure(.unknown, "\(database): a database must have a name")
        }
        export = DatabaseExport(
            format, to: .folder(folder, stem: stem), compression: compression, tables: configuration.tables,
            timeZone: timeZone)
        pruning = configuration.keep.map { ExportPruning(folder: folder, stem: stem, format: format, keep: $0) }
    }

    /// Writes the export, of a private copy where reading would hold up the service's commits.
    func export(_ connection: SQLiteConnection, _ context: TaskContext) throws -> ExportResult {
        let copy = context.scratch.appending("export.db")
        let source = try source(connection, copy, context)
        defer {
            if source !== connection {
                source.close()
                // The runner removes what is left in the scratch folder.
                try? DurableFile.remove(copy)
            }
        }
        return try export.write(source, at: Date()) { table, done, all in
            context.progress(Double(done) / Double(max(all, 1)), "writing \(table)")
        }
    }

    /// Without a WAL, commits wait for as long as a snapshot lasts; a copy takes a fraction of an export's time.
    private func source(
        _ connection: SQLiteConnection, _ copy: FilePath, _ context: TaskContext
    ) throws -> SQLiteConnection {
        let facts = try connection.facts()
        guard facts.journalMode != "wal" else { return connection }
        let room = try DiskSpace.available(at: context.scratch)
        let needed = Int(facts.databaseBytes) + (16 << 20)
        guard room.availableBytes >= needed else {
            throw ExportError.noRoom(context.scratch, needed: needed, available: room.availableBytes)
        }
        context.progress(nil, "copying the database")
        _ = try connection.copy(to: copy) { _ in try Task.checkCancellation() }
        return try SQLiteFile(path: copy).open(deadline: context.workDeadline)
    }
}
