import ControlledServices
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage

/// How a restore ends: with the new database, or with the old one.
extension RestoreRun {
    /// Ends a restore that was cut short, by the phase it was in.
    mutating func resume() async throws -> RestoreResult {
        isResumed = true
        switch record.phase {
        case .preparing:
            return try await abandon("it was cut short before anything was changed", wasStopped: false)
        case .stopping, .securing:
            return try await abandon("it was cut short before the database was replaced", wasStopped: true)
        case .swapping:
            guard let swap = record.swap else { return try await abandon("it was cut short", wasStopped: true) }
            if try swap.isDone { return try await finish() }
            record.notes += try swap.takeBack(id: record.id, point: point)
            return try await abandon("it was cut short before the database was replaced", wasStopped: true)
        case .swapped, .starting: return try await finish()
        case .returning: return try await bringBack(record.reason ?? "it was cut short")
        case .restored, .returned, .abandoned: return RestoreResult(record, .abandoned)
        }
    }

    /// After a failure up to the swap.
    ///
    /// - Returns: that the old database is in place again, where it had been replaced already.
    /// - Throws: the error, once all is as it was.
    func giveUp(_ error: any Error) async throws -> RestoreResult {
        var run = self
        if record.phase == .swapping, let swap = record.swap {
            if try swap.isDone { return try await run.bringBack("\(error)") }
            do {
                run.record.notes += try swap.takeBack(id: record.id, point: point)
            } catch let second where !(second is SimulatedCrash) {
                throw RestoreError.unresolved(record.id, target: path, reason: "\(error); and then: \(second)")
            }
        }
        do {
            _ = try await run.abandon("\(error)", wasStopped: record.phase != .preparing)
        } catch let second as RestoreError {
            guard case .leftStopped(_, let start) = second else { throw second }
            throw RestoreError.leftStopped(cause: "\(error)", start: start)
        }
        throw error
    }

    /// Ends it with the old database, which was never replaced.
    private mutating func abandon(_ reason: String, wasStopped: Bool) async throws -> RestoreResult {
        do {
            try removeStaged()
        } catch {
            // It is in nobody's way but the disk's, and the service is waiting.
            record.notes.append("what was made for the restore could not be removed: \(error)")
        }
        try point("removed the staged file")
        record.reason = reason
        var failure: String?
        if wasStopped { failure = await startAgain() }
        if let failure { record.notes.append("the service could not be started again: \(failure)") }
        try enter(.abandoned)
        if let failure { throw RestoreError.leftStopped(cause: reason, start: failure) }
        return RestoreResult(record, .abandoned)
    }

    private func removeStaged() throws {
        guard let staged = record.staged.map({ FilePath($0) }) else { return }
        try DatabaseFiles(main: staged).remove()
        try DatabaseFiles(main: staged.adding(".decrypted")).remove()
        try TemporaryFile.removeLeftovers(in: Folder.parent(of: staged))
    }

    /// Starts a service that ran before, unless it runs; why it does not, or nil.
    private func startAgain() async -> String? {
        guard service.canBeStopped, record.wasRunning != false else { return nil }
        do {
            if try await service.isRunning() != true { try await service.start() }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Compares the new database, starts the service with it, and ends with the new or the old one.
    func finish() async throws -> RestoreResult {
        var run = self
        do {
            if run.record.phase == .swapping { try run.enter(.swapped) }
            if run.record.phase == .swapped { try await run.compare() }
            try await run.start()
        } catch let crash as SimulatedCrash {
            throw crash
        } catch {
            return try await run.bringBack("\(error)")
        }
        do {
            try run.enter(.restored)
        } catch let error as FileError {
            throw RestoreError.unresolved(
                record.id, target: path, reason: "the new database is in place, but that could not be noted: \(error)")
        }
        try run.tidyUp()
        return RestoreResult(run.record, .restored)
    }

    /// What can go wrong here does not make the restore any less done.
    private mutating func tidyUp() throws {
        do {
            try transaction.store.discardReplaced(before: record)
            try TemporaryFile.removeLeftovers(in: Folder.parent(of: path))
        } catch {
            record.notes.append("not everything was tidied up: \(error)")
        }
        try point("tidied up")
    }

    private mutating func compare() async throws {
        tools.observe(.comparing)
        guard let swap = record.swap else { return }
        let kept = FilePath(swap.outgoing.path)
        if let old = swap.outgoing.inode, try FileStamp.of(kept)?.inode == old {
            let late = try tools.openers(kept)
            guard late.isEmpty else {
                throw RestoreError.stillOpen(
                    path, late, advice: "it opened the replaced file, and what it writes there would be lost")
            }
        }
        try point("asked for openers")
        // After a kill, a service that a person started meanwhile may have added rows.
        try compareRows(exactly: !isResumed)
        try point("compared")
    }

    /// - Throws: `Mismatch` where rows are missing, or differ at all where they are compared `exactly`.
    private mutating func compareRows(exactly: Bool) throws {
        guard let expected = record.expected, record.swap?.incoming.inode != nil else { return }
        let found = try contents()
        if exactly {
            guard found == expected else { throw Mismatch("the database under its name is not what was staged") }
            return
        }
        for table in expected {
            let rows = found.first { $0.name == table.name }?.rows
            if let rows, rows >= table.rows { continue }
            let words =
                rows.map { "table \(table.name) has \($0) rows where \(table.rows) were restored" }
                ?? "table \(table.name) is not there any more"
            guard transaction.options.toleratesFewerRows else { throw Mismatch(words) }
            record.notes.append(words)
        }
    }

    private mutating func start() async throws {
        guard service.canBeStopped else { return }
        tools.observe(.starting)
        record.wasStarted = true
        try enter(.starting)
        // After a kill it may run already; unknown means to start it.
        if (try? await service.isRunning()) ?? nil != true {
            do { try await service.start() } catch { throw Mismatch("the service does not start: \(error)") }
        }
        try point("started")
        tools.observe(.probing)
        if let health = transaction.health {
            switch try await health.run() {
            case .healthy(let words): record.notes.append(words)
            case .unhealthy(let words): throw Mismatch("the service is not well with it: \(words)")
            }
        }
        try point("probed")
        try checkUnderService()
        try point("counted")
    }

    private mutating func checkUnderService() throws {
        // What was damaged before comes back damaged, and so cannot be asked for.
        guard record.expected != nil, record.swap?.incoming.inode != nil else { return }
        let report = try SQLiteFile(path: path).check(
            .quick, limit: 3, busyTimeout: .seconds(30), scratch: transaction.store.folder(of: record.id))
        guard report.verdict <= .foreignKeys else {
            throw Mismatch("the database is damaged: \(report.findings.map(\.text).joined(separator: "; "))")
        }
        try compareRows(exactly: false)
    }

    /// Gives the old database its name back and starts the service with it.
    ///
    /// - Throws: ``RestoreError/unresolved(_:target:reason:)`` where that cannot be done now.
    mutating func bringBack(_ reason: String) async throws -> RestoreResult {
        tools.observe(.returning)
        record.reason = reason
        guard let swap = record.swap else { return RestoreResult(record, .returned) }
        do {
            if record.phase != .returning { try enter(.returning) }
            if try !swap.reversed.isDone {
                if service.canBeStopped { try await service.stop() }
                try await awaitClosed(advice: "the new database is in place and cannot be taken away again")
            }
            try point("stopped again")
            record.notes += try swap.reversed.advance(id: record.id, point: point)
        } catch let crash as SimulatedCrash {
            throw crash
        } catch RestoreError.unresolved(let id, let target, let why) {
            throw RestoreError.unresolved(id, target: target, reason: "\(reason); then: \(why)")
        } catch {
            throw RestoreError.unresolved(record.id, target: path, reason: "\(reason); then: \(error)")
        }
        if let failure = await startAgain() {
            record.notes.append("the service does not start with the old database either: \(failure)")
        }
        try point("started the old one")
        do {
            if record.undoes == nil, record.wasStarted {
                record.notes.append("the database that was taken away again is kept as '\(swap.incoming.path)'")
            } else if record.undoes == nil {
                try removeStaged()
            }
            try enter(.returned)
        } catch let error as FileError {
            throw RestoreError.unresolved(
                record.id, target: path,
                reason: "\(reason); the old database is in place, but that could not be noted: \(error)")
        }
        return RestoreResult(record, .returned)
    }
}

/// What is wrong with a new database, for people.
private struct Mismatch: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
