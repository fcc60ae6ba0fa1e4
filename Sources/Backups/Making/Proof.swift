import Archiving
import SQLiteFile
import SystemPackage

/// What a successful verification found.
struct Proof {
    let tables: [TableContents]
    let foreignKeyFindings: [SQLiteFinding]
    let foreignKeyViolations: Int
    /// The compressed file, before it is encrypted.
    let packed: CompressedFileFacts
}

extension BackupMaker {
    /// Checks the copy and, side by side on another core, compresses it and reads that back.
    ///
    /// Where the service writes all the time, one side after another on one core: then its commits find a free one.
    ///
    /// The stored file is proven by this: the copy is intact, and the file unpacks to the very bytes of the copy. So
    /// nothing needs to be unpacked onto a disk and checked a second time.
    ///
    /// - Returns: the proof, or why the copy must not count; all sides have ended.
    func prove(
        _ snapshot: TakenSnapshot, packedInto descriptor: FileDescriptor, _ path: FilePath
    ) async throws -> Result<Proof, VerificationFailure> {
        let checks = CopyChecks(path: snapshot.path, scratch: request.scratch, deadline: request.deadline)
        let isGentle = snapshot.copy.isBusyDatabase
        let packing = Packing(
            maker: self, copy: snapshot.path, descriptor: descriptor, path: path, threads: isGentle ? 0 : .max)
        let facts = snapshot.facts
        // The two long ones first; rows are read on the core that has done its part.
        let work: [@Sendable () throws -> Side] = [
            { .packed(try packing.run()) }, { .checked(try checks.checkPages()) },
            { .read(try checks.readRows(expecting: ExpectedDatabase(facts))) },
        ]
        var pages: CheckedPages?
        var tables: [TableContents]?
        var packed: CompressedFileFacts?
        var failures: [VerificationFailure] = []
        try await withThrowingTaskGroup(of: [Side].self) { group in
            if isGentle {
                group.addTask { try work.map(Side.of) }
            } else {
                for side in work { group.addTask { [try Side.of(side)] } }
            }
            for try await sides in group {
                for side in sides {
                    switch side {
                    case .checked(let found): pages = found
                    case .read(let found): tables = found
                    case .packed(let facts): packed = facts
                    case .failed(let failure): failures.append(failure)
                    }
                }
            }
        }
        // Damage explains the rest.
        if let failure = failures.first(where: \.isDamage) ?? failures.first { return .failure(failure) }
        guard let pages, let tables, let packed else { throw CancellationError() }
        return .success(
            Proof(
                tables: tables, foreignKeyFindings: pages.foreignKeyFindings,
                foreignKeyViolations: pages.foreignKeyViolations, packed: packed))
    }
}

/// How one side ended; a failure is an end, so that the others go on: quarantine needs the whole file.
private enum Side: Sendable {
    case checked(CheckedPages)
    case read([TableContents])
    case packed(CompressedFileFacts)
    case failed(VerificationFailure)

    static func of(_ work: () throws -> Side) throws -> Side {
        do { return try work() } catch let failure as VerificationFailure { return .failed(failure) }
    }
}

extension VerificationFailure {
    fileprivate var isDamage: Bool { if case .damaged = self { true } else { false } }
}
