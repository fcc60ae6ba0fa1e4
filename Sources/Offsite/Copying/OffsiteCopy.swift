import DurableFiles
package import Foundation
package import SystemPackage

/// Keeps copies of sets at a destination: uploads what is missing there, and removes what is asked for.
package struct OffsiteCopy: Sendable {
    let name: String
    let destination: any OffsiteDestination
    let stateFolder: FilePath
    let reverifyAfter: Duration?
    let attempts: Int
    let pause: Duration
    let now: @Sendable () -> Date

    /// - Parameters:
    ///   - name: the destination's name in the configuration, of letters, digits, `-` and `_`.
    ///   - destination: where the copies are kept.
    ///   - stateFolder: where `offsite-NAME.json` and its lock are kept.
    ///   - reverifyAfter: files there whose last comparison is older are compared again; nil for never.
    ///   - attempts: how often a file is tried when the connection fails.
    ///   - pause: between two attempts.
    ///   - now: the time, for the dates of proofs.
    /// - Throws: ``OffsiteError`` when the name is none.
    package init(
        name: String, destination: any OffsiteDestination, stateFolder: FilePath, reverifyAfter: Duration? = nil,
        attempts: Int = 3, pause: Duration = .seconds(10), now: @escaping @Sendable () -> Date = { Date() }
    ) throws(OffsiteError) {
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    || $0 == 0x5F
            }
        guard isName else {
            let why = "use letters, digits, '-' and '_'"
            throw OffsiteError(
                destination: destination.description, operation: "use a name", cause: .name(name, reason: why))
        }
        self.name = name
        self.destination = destination
        self.stateFolder = stateFolder
        self.reverifyAfter = reverifyAfter
        self.attempts = max(attempts, 1)
        self.pause = pause
        self.now = now
    }

    /// Uploads what is missing of the sets, then removes others; nothing that goes wrong is thrown.
    ///
    /// Of each set the data goes first and the manifest last. What the destination lists is the truth: a file that is
    /// gone, has another length or fails its comparison is uploaded again. Nothing is removed unless the newest set is
    /// whole there.
    ///
    /// - Parameters:
    ///   - sets: newest first, which is the order in which they are uploaded.
    ///   - expired: sets to remove there, by the destination's own retention; never one of `sets`.
    /// - Returns: what is there now, and what went wrong.
    package func run(_ sets: [OffsiteSet], removing expired: [RemoteSet] = []) async -> OffsiteReport {
        var report = OffsiteReport(name: name)
        do throws(OffsiteError) {
            let lock = try lock()
            defer { lock.release() }
            var work = try await OffsiteWork.begin(self)
            report.notes = work.notes
            for set in sets { report.sets.append(await work.copy(set)) }
            await work.remove(expired, keeping: sets, into: &report)
            report.notes = work.notes
        } catch {
            report.failure = error
            report.sets = sets.map {
                OffsiteReport.Entry(set: $0.name, uploadedFiles: 0, uploadedBytes: 0, failure: error)
            }
        }
        return report
    }

    /// The sets that were copied by this name and whose manifests are still there, by their names.
    ///
    /// - Throws: ``OffsiteError`` when the destination cannot be listed.
    package func setsThere() async throws(OffsiteError) -> [RemoteSet] {
        let there = Set(try await destination.list().map(\.name))
        let (state, _) = OffsiteState.read(statePath, for: destination.description)
        return state.sets.values.filter { there.contains($0.manifest) }.sorted { $0.name < $1.name }
    }

    var statePath: FilePath { OffsiteState.path(of: name, in: stateFolder) }

    private func lock() throws(OffsiteError) -> FileLock {
        let path = stateFolder.appending("offsite-\(name).lock")
        do {
            try Folder.create(stateFolder)
            if let lock = try FileLock.attempt(path, .exclusive, purpose: "copying to \(name)") { return lock }
        } catch {
            throw .local(error, destination.description, "begin copying")
        }
        throw OffsiteError(
            destination: destination.description, operation: "begin copying",
            cause: .busy(FileLock.note(at: path)?.description ?? "another process"))
    }
}
