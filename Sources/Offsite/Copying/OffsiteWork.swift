import Digests
import DurableFiles
import Foundation
import SystemPackage

/// One run of copying under way: what is there, what was proven of it, and whether it makes sense to go on.
struct OffsiteWork {
    private let copy: OffsiteCopy
    private var state: OffsiteState
    /// Lengths by name, as the destination listed them and as they changed since.
    private var there: [String: Int]
    /// Set once the destination no longer answers: further files would only wait for it in vain.
    private var lost: OffsiteError?
    private(set) var notes: [String] = []

    private init(copy: OffsiteCopy, state: OffsiteState, there: [String: Int], notes: [String]) {
        self.copy = copy
        self.state = state
        self.there = there
        self.notes = notes
    }

    static func begin(_ copy: OffsiteCopy) async throws(OffsiteError) -> OffsiteWork {
        var (state, note) = OffsiteState.read(copy.statePath, for: copy.destination.description)
        let listed = try await retrying(copy) { () async throws(OffsiteError) in try await copy.destination.list() }
        // Some remotes hold several files of one name; then none of them counts.
        let there = Dictionary(listed.map { ($0.name, $0.bytes) }) { _, _ in -1 }
        state.files = state.files.filter { there[$0.key] == $0.value.bytes }
        state.sets = state.sets.filter { set in
            there.keys.contains(set.value.manifest) || set.value.data.contains { there.keys.contains($0) }
        }
        return OffsiteWork(copy: copy, state: state, there: there, notes: note.map { [$0] } ?? [])
    }

    // MARK: Copying

    /// Brings a set there, as far as it is missing.
    mutating func copy(_ set: OffsiteSet) async -> OffsiteReport.Entry {
        var entry = OffsiteReport.Entry(set: set.name, uploadedFiles: 0, uploadedBytes: 0, failure: nil)
        do throws(OffsiteError) {
            if let lost { throw lost }
            try check(set)
            state.sets[set.name] = RemoteSet(
                name: set.name, data: set.data.map(\.name), manifest: set.manifest.name)
            for file in set.data where !(try await isProven(file)) {
                // A set counts by its manifest: not while a part of it is missing.
                try await removeIfThere(set.manifest.name)
                try await upload(file, &entry)
            }
            if !(try await isProven(set.manifest)) { try await upload(set.manifest, &entry) }
        } catch {
            entry.failure = error
            switch error.cause {
            case .unreachable, .cancelled, .hostKey, .notLetIn, .noRoom: lost = error
            default: break
            }
        }
        return entry
    }

    private func check(_ set: OffsiteSet) throws(OffsiteError) {
        let names = (set.data + [set.manifest]).map(\.name)
        for (index, name) in names.enumerated() {
            let why = OffsiteName.fault(in: name) ?? (names[..<index].contains(name) ? "the set has it twice" : nil)
            if let why { throw failure("copy set '\(set.name)'", .name(name, reason: why)) }
        }
    }

    /// Whether a file is there and has been compared, or is compared now.
    private mutating func isProven(_ file: OffsiteFile) async throws(OffsiteError) -> Bool {
        guard there[file.name] == file.bytes else { return false }
        if let proof = state.files[file.name], proof.sha256 == file.sha256, !isOld(proof) { return true }
        let destination = copy.destination
        let isSame = try await Self.retrying(copy) { () async throws(OffsiteError) in
            try await destination.holds(file.name, bytes: file.bytes, sha256: file.sha256)
        }
        if isSame { return note(file) }
        notes.append("'\(file.name)' had other bytes at \(destination.description): it was uploaded again")
        return false
    }

    private func isOld(_ proof: OffsiteState.Proof) -> Bool {
        guard let limit = copy.reverifyAfter else { return false }
        let age = copy.now().timeIntervalSince(proof.verifiedAt)
        // A proof of the future is one by a clock that was wrong.
        return age < 0 || age > Double(limit.components.seconds)
    }

    private mutating func upload(_ file: OffsiteFile, _ entry: inout OffsiteReport.Entry) async throws(OffsiteError) {
        try await checkLocal(file)
        let destination = copy.destination
        forget(file.name)
        try await Self.retrying(copy) { () async throws(OffsiteError) in try await destination.upload(file) }
        there[file.name] = file.bytes
        entry.uploadedFiles += 1
        entry.uploadedBytes += file.bytes
        _ = note(file)
    }

    /// A damaged file of this host must not replace a good one there.
    private func checkLocal(_ file: OffsiteFile) async throws(OffsiteError) {
        let operation = "upload '\(file.name)'"
        let found: FileFingerprint
        do {
            found = try await FileFingerprint.of(file.path)
        } catch {
            throw .local(error, copy.destination.description, operation)
        }
        guard found == FileFingerprint(bytes: file.bytes, sha256: file.sha256) else {
            let words = "'\(file.path)' is not what its manifest says; run 'ronde backups verify'"
            throw failure(operation, .localFile(words))
        }
    }

    // MARK: Removing

    /// Removes sets, manifests first, unless the newest set is not whole there.
    mutating func remove(_ expired: [RemoteSet], keeping sets: [OffsiteSet], into report: inout OffsiteReport) async {
        guard !expired.isEmpty else { return }
        guard let newest = report.sets.first, newest.isThere else {
            report.removalFailure = "nothing is removed, because the newest set is not whole at the destination"
            return
        }
        let kept = Set(sets.flatMap { $0.data + [$0.manifest] }.map(\.name))
        for set in expired {
            guard kept.isDisjoint(with: set.data + [set.manifest]) else {
                report.removalFailure = "set '\(set.name)' is kept, because it has files of a set that is to stay"
                continue
            }
            do throws(OffsiteError) {
                for name in [set.manifest] + set.data { try await removeIfThere(name) }
                state.sets[set.name] = nil
                save()
                report.removed.append(set.name)
            } catch {
                report.removalFailure = "\(error)"
                return
            }
        }
    }

    private mutating func removeIfThere(_ name: String) async throws(OffsiteError) {
        guard there[name] != nil else { return }
        let destination = copy.destination
        forget(name)
        try await Self.retrying(copy) { () async throws(OffsiteError) in try await destination.remove(name) }
        there[name] = nil
    }

    // MARK: State

    private mutating func note(_ file: OffsiteFile) -> Bool {
        state.files[file.name] = OffsiteState.Proof(bytes: file.bytes, sha256: file.sha256, verifiedAt: copy.now())
        save()
        return true
    }

    /// Before a file there changes: an interruption must not leave a proof of what was.
    private mutating func forget(_ name: String) {
        guard state.files.removeValue(forKey: name) != nil else { return }
        save()
    }

    private mutating func save() {
        do {
            try state.write(to: copy.statePath)
        } catch {
            // The copies count, not the notes about them: without these the next run verifies them anew.
            let words = "what was verified could not be kept: \(error)"
            if notes.last != words { notes.append(words) }
        }
    }

    private func failure(_ operation: String, _ cause: OffsiteError.Cause) -> OffsiteError {
        OffsiteError(destination: copy.destination.description, operation: operation, cause: cause)
    }

    private static func retrying<Result>(
        _ copy: OffsiteCopy, _ body: () async throws(OffsiteError) -> Result
    ) async throws(OffsiteError) -> Result {
        var attempt = 1
        while true {
            do throws(OffsiteError) {
                return try await body()
            } catch {
                guard error.mayPass, attempt < copy.attempts, !Task.isCancelled else { throw error }
                attempt += 1
                // Cancelled while waiting: the next attempt ends at once and says so.
                try? await Task.sleep(for: copy.pause)
            }
        }
    }
}
