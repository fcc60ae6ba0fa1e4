import Archiving
import SQLiteFile
import SystemPackage

/// What a database must be: as it was when it was copied, or as a manifest says.
struct ExpectedDatabase {
    let pageSize: Int
    let pageCount: Int
    let facts: [(name: String, isRight: (SQLiteFacts) -> Bool)]

    /// The live database, in the transaction in which it was copied.
    init(_ facts: SQLiteFacts) {
        self.init(
            pageSize: facts.pageSize, pageCount: facts.pageCount, encoding: facts.encoding,
            userVersion: facts.userVersion, applicationID: facts.applicationID
        ) { $0.schemaHash == facts.schemaHash }
    }

    init(_ record: DatabaseRecord) {
        self.init(
            pageSize: record.pageSize, pageCount: record.pageCount, encoding: record.encoding,
            userVersion: record.userVersion, applicationID: record.applicationID
        ) { $0.schemaHash == record.schemaHash }
    }

    private init(
        pageSize: Int, pageCount: Int, encoding: String, userVersion: Int, applicationID: Int,
        schema: @escaping (SQLiteFacts) -> Bool
    ) {
        self.pageSize = pageSize
        self.pageCount = pageCount
        facts = [
            ("page size", { $0.pageSize == pageSize }), ("number of pages", { $0.pageCount == pageCount }),
            ("encoding", { $0.encoding == encoding }), ("schema", schema),
            ("user_version", { $0.userVersion == userVersion }),
            ("application_id", { $0.applicationID == applicationID }),
        ]
    }

    /// The first thing about a database that is not as it should be, or nil.
    func difference(in found: SQLiteFacts) -> String? { facts.first { !$0.isRight(found) }?.name }
}

/// Checks a copy of a database that nobody else uses.
struct CopyChecks {
    let path: FilePath
    let scratch: FilePath
    let deadline: ContinuousClock.Instant?

    /// Looks at all pages, indexes and foreign keys.
    ///
    /// - Throws: ``VerificationFailure`` when it is damaged; other errors when that could not be told.
    func checkPages() throws -> CheckedPages {
        let report = try SQLiteFile(path: path)
            .check([.integrity, .foreignKeys], deadline: deadline, scratch: scratch)
        if report.verdict > .foreignKeys { throw VerificationFailure.damaged(report.findings.map(\.text)) }
        return CheckedPages(
            foreignKeyFindings: report.verdict == .foreignKeys ? report.findings : [],
            foreignKeyViolations: report.foreignKeyViolations)
    }

    /// Compares what the copy says of itself, and reads every row.
    ///
    /// - Throws: ``VerificationFailure`` when it is damaged or not what was expected; other errors when that could not
    ///   be told.
    func readRows(expecting expected: ExpectedDatabase) throws -> [TableContents] {
        do {
            let connection = try SQLiteFile(path: path).open(deadline: deadline)
            defer { connection.close() }
            try connection.useSmallCache()
            if let name = try expected.difference(in: connection.facts()) {
                throw VerificationFailure.different("its \(name) is not that of the database at the snapshot")
            }
            return try connection.contents()
        } catch let error as SQLiteFileError where error.kind == .damaged || error.kind == .notADatabase {
            throw VerificationFailure.damaged([error.message])
        }
    }
}

/// What was found in the pages of a copy that is intact.
struct CheckedPages: Sendable {
    let foreignKeyFindings: [SQLiteFinding]
    let foreignKeyViolations: Int
}

/// Why a copy does not count.
enum VerificationFailure: Error {
    /// The database in it is damaged, and so must the live one be.
    case damaged([String])
    /// It is not what was copied.
    case different(String)
}
