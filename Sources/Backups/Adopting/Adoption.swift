import DurableFiles
package import Foundation
import SystemPackage

/// Makes sets of backups that other means made: each one is proven, and a manifest is put beside it.
///
/// The files keep their names and bytes. The name of the set is the whole name of its file, and so the manifest of
/// `test_20251216.db.gz` is `test_20251216.db.gz.json`; it is written in one step, and nothing half is left by a
/// process that is killed. What is damaged is not adopted.
package struct Adoption: Sendable {
    let request: AdoptionRequest
    let now: @Sendable () -> Date
    let observe: @Sendable (String, Double) -> Void

    /// Only takes notes; ``run()`` does the work.
    ///
    /// - Parameters:
    ///   - request: what to adopt.
    ///   - now: the wall clock.
    ///   - observe: hears the name of the file that is being looked at, and how far all of the work is, from 0 to 1.
    package init(
        _ request: AdoptionRequest, now: @escaping @Sendable () -> Date = { Date() },
        observe: @escaping @Sendable (String, Double) -> Void = { _, _ in }
    ) {
        self.request = request
        self.now = now
        self.observe = observe
    }

    /// Adopts what can be adopted; files that belong to a set already are not mentioned.
    ///
    /// - Throws: ``BackupError``, `FileError`, `SQLiteFileError` where it could not look, `CancellationError`; files
    ///   that were adopted before that stay so.
    @concurrent
    package func run() async throws -> AdoptionReport {
        guard try FileFacts.of(request.folder, followingLinks: true) != nil else {
            throw FileError(operation: "list", path: request.folder, errno: .noSuchFileOrDirectory)
        }
        if !request.isDryRun {
            let folder = BackupFolder(path: request.folder)
            try folder.check()
            // The file of a set whose removal was cut short is to go, and must not be taken for a stranger.
            _ = try folder.locked(purpose: "tidying up before an adoption") {
                try Interrupted(folder: request.folder).finish()
            }
        }
        var report = AdoptionReport(
            folder: request.folder.string, tiers: request.tiers, isDryRun: request.isDryRun, files: [], exposures: [])
        var candidates: [AdoptionCandidate] = []
        for file in try unclaimed() {
            do throws(AdoptionRefusal) {
                candidates.append(try candidate(file))
            } catch {
                report.files.append(refused(file, error))
            }
        }
        candidates.sort { ($0.instant, $0.file) < ($1.instant, $1.file) }
        for (position, candidate) in candidates.enumerated() {
            try Task.checkCancellation()
            observe(candidate.file, Double(position) / Double(candidates.count))
            report.files.append(try await adopt(candidate))
        }
        report.exposures = try exposures(report.adopted.map(\.file))
        return report
    }

    /// The names of files of interest that no manifest names.
    private func unclaimed() throws -> [String] {
        let catalogue = try BackupCatalogue.read(request.folder, of: request.identity)
        let names = AdoptionNames(request: request, now: now())
        let strangers = catalogue.problems.filter { $0.kind == .noManifest }.compactMap(\.path.lastComponent?.string)
        return strangers + catalogue.others.filter(names.isOfInterest)
    }

    private func candidate(_ file: String) throws(AdoptionRefusal) -> AdoptionCandidate {
        do {
            return try AdoptionNames(request: request, now: now()).candidate(file)
        } catch let refusal as AdoptionRefusal {
            throw refusal
        } catch {
            throw AdoptionRefusal(reason: "\(error)")
        }
    }

    private func adopt(_ candidate: AdoptionCandidate) async throws -> AdoptionReport.File {
        do {
            let manifest = try await AdoptionProof(request: request, candidate: candidate).manifest(at: now())
            if !request.isDryRun { try publish(manifest, candidate) }
            return AdoptionReport.File(
                file: candidate.file, outcome: .adopted, reason: nil, instant: candidate.instant,
                instantSource: candidate.source, bytes: candidate.facts.size, rows: manifest.rows)
        } catch let refusal as AdoptionRefusal {
            return refused(candidate.file, refusal, candidate)
        }
    }

    private func publish(_ manifest: BackupManifest, _ candidate: AdoptionCandidate) throws {
        let path = request.folder.appending(candidate.name.manifest)
        let data = request.folder.appending(candidate.file)
        try BackupFolder(path: request.folder).locked(purpose: "adopting \(candidate.file)") {
            guard try FileFacts.of(path, followingLinks: false) == nil else {
                throw AdoptionRefusal(reason: "'\(candidate.name.manifest)' is there already")
            }
            guard let facts = try FileFacts.of(data, followingLinks: false), facts.isUnchanged(since: candidate.facts)
            else { throw AdoptionRefusal(reason: "it changed while it was being verified") }
            try DurableFile.write(try manifest.encoded(), to: path, permissions: .ownerReadWrite)
        }
    }

    private func refused(
        _ file: String, _ refusal: AdoptionRefusal, _ candidate: AdoptionCandidate? = nil
    ) -> AdoptionReport.File {
        AdoptionReport.File(
            file: file, outcome: refusal.isSkipped ? .skipped : .refused, reason: refusal.reason,
            instant: candidate?.instant, instantSource: candidate?.source, bytes: candidate?.facts.size ?? 0, rows: nil)
    }

    // MARK: Permissions

    /// What is open to others, and closes it if that was asked for.
    private func exposures(_ files: [String]) throws -> [AdoptionReport.Exposure] {
        try ([request.folder] + files.map { request.folder.appending($0) }).compactMap { path in
            guard let facts = try FileFacts.of(path, followingLinks: false) else { return nil }
            let open = facts.permissions.intersection([.groupReadWriteExecute, .otherReadWriteExecute])
            guard !open.isEmpty else { return nil }
            let isTightened = request.tightens && !request.isDryRun
            if isTightened {
                try OpenFile.reading(path, followingLinks: false).setPermissions(facts.permissions.subtracting(open))
            }
            return AdoptionReport.Exposure(
                path: path.string, permissions: String(facts.permissions.rawValue & 0o777, radix: 8),
                isTightened: isTightened)
        }
    }
}

extension FileFacts {
    /// Whether it is the same file, of the same size and time of modification.
    func isUnchanged(since earlier: FileFacts) -> Bool {
        isSameFile(as: earlier) && size == earlier.size && modified == earlier.modified
    }
}
