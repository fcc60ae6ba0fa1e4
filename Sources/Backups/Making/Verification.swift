import Archiving
import Foundation
import SQLiteFile
import SystemPackage

/// What a successful verification found.
struct Proof {
    let tables: [TableContents]
    let hashedAt: DatabaseRecord.HashSource
    let foreignKeyFindings: [SQLiteFinding]
    let foreignKeyViolations: Int
    let checks: [VerificationRecord.Check]
}

/// Why a stored copy does not count.
enum VerificationFailure: Error {
    /// The database in it is damaged, and so must the live one be.
    case damaged([String])
    /// It is not what was copied.
    case different(String)
}

/// Unpacks what was stored and compares it with what was copied.
struct Verification {
    let request: BackupRequest
    let snapshot: TakenSnapshot
    let stored: CompressedFileFacts

    /// - Throws: ``VerificationFailure`` when the stored file must not count; other errors when it could not be told.
    func run(reading data: FilePath, into restored: FilePath) async throws -> Proof {
        try await unpack(data, into: restored)
        let file = SQLiteFile(path: restored)
        let report = try file.check([.integrity, .foreignKeys], deadline: request.deadline, scratch: request.scratch)
        if report.verdict > .foreignKeys { throw VerificationFailure.damaged(report.findings.map(\.text)) }
        if let damage = snapshot.damage { throw VerificationFailure.damaged([damage]) }
        let connection = try file.open(deadline: request.deadline)
        defer { connection.close() }
        let tables: [TableContents]
        do {
            try compare(connection.facts())
            tables = try connection.contents()
        } catch let error as SQLiteFileError where error.kind == .damaged {
            throw VerificationFailure.damaged([error.message])
        }
        if let original = snapshot.tables { try compare(tables, with: original) }
        return Proof(
            tables: tables, hashedAt: snapshot.tables == nil ? .copy : .source,
            foreignKeyFindings: report.verdict == .foreignKeys ? report.findings : [],
            foreignKeyViolations: report.foreignKeyViolations, checks: VerificationRecord.Check.allCases)
    }

    private func unpack(_ data: FilePath, into restored: FilePath) async throws {
        do {
            let found = try await CompressedFile.decompress(
                at: data, as: request.compression.format, to: restored, limit: stored.uncompressedBytes)
            guard found == stored else {
                throw VerificationFailure.different("what was read back has another SHA-256 than what was written")
            }
        } catch let error as ArchiveError where error.kind != .failed {
            throw VerificationFailure.different(error.message)
        }
    }

    private func compare(_ found: SQLiteFacts) throws {
        let expected = snapshot.facts
        let pairs: [(String, Bool)] = [
            ("page size", found.pageSize == expected.pageSize),
            ("number of pages", found.pageCount == expected.pageCount),
            ("encoding", found.encoding == expected.encoding), ("schema", found.schemaHash == expected.schemaHash),
            ("user_version", found.userVersion == expected.userVersion),
            ("application_id", found.applicationID == expected.applicationID),
        ]
        if let (name, _) = pairs.first(where: { !$0.1 }) {
            throw VerificationFailure.different("its \(name) is not that of the database at the snapshot")
        }
    }

    private func compare(_ found: [TableContents], with expected: [TableContents]) throws {
        guard found != expected else { return }
        let names = Set((found + expected).map(\.name)).sorted().filter { name in
            found.first { $0.name == name } != expected.first { $0.name == name }
        }
        throw VerificationFailure.different(
            "the rows of \(names.joined(separator: ", ")) are not those of the database at the snapshot")
    }
}
