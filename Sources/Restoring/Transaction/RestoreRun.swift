import ControlledServices
import Backups
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage

/// One restore under way, and its record; the caller holds the database's lock.
struct RestoreRun: Sendable {
    let transaction: RestoreTransaction
    var record: RestoreRecord
    /// Whether it had been cut short.
    var isResumed = false

    init(_ transaction: RestoreTransaction, _ record: RestoreRecord) {
        self.transaction = transaction
        self.record = record
    }

    var tools: RestoreTools { transaction.tools }
    var service: any ControlledService { transaction.service }
    /// The database, without symbolic links.
    var path: FilePath { FilePath(record.plan.target.resolvedPath) }
    var staging: Staging { Staging(tools: tools, scratch: transaction.store.folder(of: record.id)) }

    /// A place in the order of steps at which a kill is tried.
    func point(_ name: String) throws { try tools.faultPoint(name) }

    /// Puts the phase on the device before its first step.
    mutating func enter(_ phase: RestoreRecord.Phase) throws {
        record.phase = phase
        record.changed = tools.now()
        try transaction.store.write(record)
        try point("entered \(phase)")
    }

    /// `.NAME.restore-ID.new` and the like, beside the database.
    private func place(_ ending: String) -> FilePath {
        let name = path.lastComponent?.string ?? ""
        return Folder.parent(of: path).appending(".\(name).restore-\(record.id).\(ending)")
    }

    /// Makes the new database beside the old one, or makes sure that the replaced one is what it was.
    mutating func prepare(_ source: RestoreSource, _ look: TargetLook) async throws {
        if !service.canBeStopped { try requireNotOpen(advice: "stop the service and try again. Nothing was changed.") }
        let facts = try await SourceLook(
            planner: RestorePlanner(
                target: transaction.target, service: service, health: transaction.health, tools: tools), look: look
        ).look(at: source)
        if source == .replaced { return try prepareReplaced(facts) }
        let staged = place("new")
        record.staged = staged.string
        try transaction.store.write(record)
        try point("named the staged file")
        let built: StagedDatabase
        switch source {
        case .set(let known, _): built = try await staging.build(known.set, at: staged)
        case .file(let file): built = try await staging.build(file, at: staged)
        case .replaced: return
        }
        try point("staged")
        if let isWAL = look.isWAL ?? facts.isWAL {
            try PrivateDatabase.open(staged) { if try $0.isWAL != isWAL { try $0.setWAL(isWAL) } }
        }
        try (look.access ?? .ownersAlone(of: staged)).apply(to: staged)
        try OpenFile.reading(staged).sync()
        try Folder.sync(Folder.parent(of: staged))
        record.expected = built.tables
        record.swap = Swap(
            target: path.string, incoming: .init(path: staged.string, inode: try FileStamp.of(staged)?.inode),
            outgoing: .init(path: place("old").string, inode: nil))
        try point("prepared")
    }

    private mutating func prepareReplaced(_ facts: SourceFacts) throws {
        guard let undone = facts.undone, let old = undone.swap else { throw RestoreError.nothingToUndo(path) }
        record.undoes = undone.id
        record.swap = Swap(
            target: path.string, incoming: old.outgoing, outgoing: .init(path: place("old").string, inode: nil))
        guard undone.isSettled, old.outgoing.inode != nil else { return }
        tools.observe(.checking)
        let found = try staging.check(FilePath(old.outgoing.path), called: FilePath(old.outgoing.path))
        guard undone.replaced == nil || found.tables == undone.replaced else {
            throw RestoreError.replacedIsGone(path, reason: "'\(old.outgoing.path)' was written to since")
        }
        record.expected = found.tables
        try point("prepared")
    }

    /// Stops the service and waits until nobody has the database open.
    mutating func stop() async throws {
        try Task.checkCancellation()
        tools.observe(.stopping)
        // Unknown counts as running: it is then started again.
        if service.canBeStopped { record.wasRunning = (try? await service.isRunning()) ?? nil }
        try enter(.stopping)
        guard service.canBeStopped else { return try requireNotOpen(advice: "stop it and try again") }
        do { try await service.stop() } catch { throw RestoreError.serviceNotStopped("\(error)") }
        try point("stopped")
        try await awaitClosed(
            advice: "the service was told to stop, and this did not end within"
                + " \(transaction.options.stopLimit.components.seconds) s. Nothing was changed.")
    }

    func requireNotOpen(advice: String) throws {
        let openers = try FileStamp.of(path) == nil ? [] : tools.openers(path)
        if !openers.isEmpty { throw RestoreError.stillOpen(path, openers, advice: advice) }
    }

    /// Waits until no process has the database open.
    func awaitClosed(advice: String) async throws {
        let end = ContinuousClock.now + transaction.options.stopLimit
        while true {
            let openers = try FileStamp.of(path) == nil ? [] : tools.openers(path)
            if openers.isEmpty { return }
            guard ContinuousClock.now < end else { throw RestoreError.stillOpen(path, openers, advice: advice) }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Makes the present database self-contained and backs it up, then puts the new one in its place.
    mutating func secureAndSwap() async throws {
        tools.observe(.securing)
        try enter(.securing)
        let lock = try await secure()
        defer { lock?.close() }
        try Task.checkCancellation()
        guard var swap = record.swap else { throw RestoreError.nothingToUndo(path) }
        swap.outgoing.inode = try FileStamp.of(path)?.inode
        record.swap = swap
        tools.observe(.swapping)
        try enter(.swapping)
        record.notes += try swap.advance(id: record.id, point: point)
    }

    /// - Returns: SQLite's exclusive lock, where the database can be opened.
    private mutating func secure() async throws -> PrivateDatabase? {
        guard try FileStamp.of(path) != nil else {
            record.isSettled = true
            return nil
        }
        guard try isWhole() else {
            record.notes.append("the replaced database was damaged; its files are kept as they were")
            return nil
        }
        let database = try PrivateDatabase.take(path)
        try database.settle()
        database.close()
        record.isSettled = true
        try point("settled")
        let stamp = try DatabaseStamp.of(path)
        record.replaced = try contents()
        try await backUp()
        try point("backed up")
        let lock = try PrivateDatabase.take(path)
        try lock.settle()
        guard try DatabaseStamp.of(path) == stamp else {
            lock.close()
            throw RestoreError.changedMeanwhile(path)
        }
        return lock
    }

    private func isWhole() throws -> Bool {
        guard try FileStamp.of(path)?.bytes != 0 else { return false }
        let report = try SQLiteFile(path: path).check(
            .integrity, limit: 1, scratch: transaction.store.folder(of: record.id))
        return report.verdict <= .foreignKeys
    }

    private mutating func backUp() async throws {
        guard let safety = tools.safetyBackup else { return }
        do {
            record.safetyBackup = try await safety.make("before the restore \(record.id)")
        } catch BackupError.sourceDamaged(_, let findings, _, _) {
            record.notes.append(
                "no safety backup: \(findings.first ?? "the database is damaged"); the replaced file itself is kept")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw RestoreError.noSafetyBackup(path, reason: "\(error)")
        }
    }

    /// Row counts and hashes of what lies at the path now.
    func contents() throws -> [TableContents] {
        let connection = try SQLiteFile(path: path).open()
        defer { connection.close() }
        return try connection.contents()
    }
}

extension FileAccess {
    /// For a database where there was none.
    static func ownersAlone(of file: FilePath) throws -> FileAccess {
        let own = try FileAccess.of(file)
        return FileAccess(owner: own?.owner ?? 0, group: own?.group ?? 0, permissions: .ownerReadWrite)
    }
}
