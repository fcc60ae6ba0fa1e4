import Archiving
import DurableFiles
import Foundation
import Maintenance
import SQLiteFile
import SystemPackage

/// What became of an export.
enum ExportAttempt: ~Copyable {
    /// None was asked for.
    case none
    case made(SQLExport)
    case failed(String)
}

/// The database as SQL text, compressed and read back, waiting for its name.
struct SQLExport: ~Copyable {
    private static let stem = "backup"

    let file: TemporaryFile
    let facts: CompressedFileFacts

    /// `backup_202512.sql.gz`; the second of another database in the same folder is `backup_202512_2.sql.gz`.
    static func name(month: String, number: Int, ending: String) -> String {
        "\(stem)_\(month)" + (number > 1 ? "_\(number)" : "") + ".sql" + (ending.isEmpty ? "" : ".\(ending)")
    }

    static func month(of instant: Date, in timeZone: TimeZone) -> String {
        String(CompactTime(instant, in: timeZone).text.prefix(6))
    }

    /// Whether a file name can be that of an export.
    static func isName(_ name: String) -> Bool {
        name.hasPrefix("\(stem)_") && [".sql", ".sql.gz", ".sql.zst"].contains(where: name.hasSuffix)
    }
}

extension BackupMaker {
    /// Exports lie with the monthly sets, or with the first ones.
    var exportFolder: FilePath { request.places.first { $0.tier == .monthly }?.folder ?? primary }

    /// Writes the SQL text from the checked copy.
    ///
    /// The set is worth more than its export: a failure here is returned and not thrown, but for cancellation.
    func makeExport(from copy: FilePath, at instant: Date) async throws -> ExportAttempt {
        guard request.exportsSQL else { return .none }
        observe(.exporting, BackupStage.exporting.overall(0))
        do {
            let name = SQLExport.name(
                month: SQLExport.month(of: instant, in: request.timeZone), number: 1,
                ending: request.compression.fileExtension)
            let file = try TemporaryFile.create(
                beside: exportFolder.appending(name), permissions: .ownerReadWrite)
            let facts = try dump(copy, into: file)
            let found = try await CompressedFile.verify(
                at: file.path, as: request.compression.format, limit: facts.uncompressedBytes)
            guard found == facts else { return .failed("what was read back is not what was written") }
            return .made(SQLExport(file: file, facts: facts))
        } catch let error where error.isCancellation {
            throw CancellationError()
        } catch {
            return .failed("\(error)")
        }
    }

    private func dump(_ database: FilePath, into file: borrowing TemporaryFile) throws -> CompressedFileFacts {
        let connection = try SQLiteFile(path: database).open(deadline: request.deadline)
        defer { connection.close() }
        var writer = try CompressedFileWriter.begin(request.compression, into: file.descriptor, path: file.path)
        try connection.dumpSQL { bytes in
            try Task.checkCancellation()
            try writer.write(bytes)
        }
        return try writer.finish()
    }

    /// The record of an export under its final name: that of its month, unless something that is not ours has it.
    func exportRecord(_ facts: CompressedFileFacts, at instant: Date) throws -> FileRecord {
        let own = try BackupCatalogue.read(exportFolder, of: request.identity).sets.compactMap(\.summary.export)
        let month = SQLExport.month(of: instant, in: request.timeZone)
        let ending = request.compression.fileExtension
        for number in 1...SetName.highestNumber {
            let name = SQLExport.name(month: month, number: number, ending: ending)
            let isTaken = try FileFacts.of(exportFolder.appending(name), followingLinks: false) != nil
            if isTaken, !own.contains(name) { continue }
            return FileRecord(name: name, compression: request.compression, facts: facts)
        }
        throw BackupError.noFreeName(exportFolder, name: SQLExport.name(month: month, number: 1, ending: ending))
    }
}

extension Error {
    /// Whether this only says that the task was cancelled.
    var isCancellation: Bool {
        self is CancellationError || (self as? SQLiteFileError)?.kind == .cancelled
    }
}
