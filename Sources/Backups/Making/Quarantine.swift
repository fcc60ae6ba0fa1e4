import DurableFiles
import Foundation
import Maintenance
import SystemPackage

extension BackupMaker {
    /// The folder, below a tier's, for copies that must not count.
    static let quarantineName = "quarantine"
    /// How many copies of a database are kept there: the first one is as good for a repair as the tenth.
    private static let quarantined = 3

    /// The newest verified set of the database, for people; nil if there is none.
    package var lastGood: String? {
        newestSet.map { "'\($0.filePaths[0])' of \(InstantText.format($0.instant, in: request.timeZone))" }
    }

    /// Puts a copy that failed its verification apart, and says why in an error.
    func quarantine(
        _ data: consuming TemporaryFile, as name: SetName, _ failure: VerificationFailure
    ) throws -> BackupError {
        let folder = primary.appending(Self.quarantineName)
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        let path = folder.appending("\(name)\(dataEnding)")
        try data.publish(as: path)
        try DurableFile.write(
            Array((explanation(failure) + "\n").utf8), to: folder.appending("\(name).txt"),
            permissions: .ownerReadWrite)
        try thinOut(folder)
        switch failure {
        case .damaged(let findings):
            return .sourceDamaged(request.source, findings: findings, quarantine: path, lastGood: lastGood)
        case .different(let reason):
            return .notProven(request.source, reason: reason, quarantine: path, lastGood: lastGood)
        }
    }

    private func explanation(_ failure: VerificationFailure) -> String {
        switch failure {
        case .damaged(let findings):
            (["Copy of the damaged database \(request.source). Findings:"] + findings).joined(separator: "\n")
        case .different(let reason): "Copy of \(request.source) that failed its verification: \(reason)"
        }
    }

    /// Removes all but the newest few copies of this database.
    private func thinOut(_ folder: FilePath) throws {
        let endings = SetName.dataEndings + [".txt"]
        let names = try Folder.entries(of: folder).compactMap { entry -> (set: String, file: String)? in
            guard let ending = endings.first(where: entry.hasSuffix),
                let name = SetName(entry.dropLast(ending.count), stem: request.identity.stem)
            else { return nil }
            return ("\(name)", entry)
        }
        // Names of one stem sort by their time.
        let kept = Set(Set(names.map(\.set)).sorted().suffix(Self.quarantined))
        for name in names where !kept.contains(name.set) { try DurableFile.remove(folder.appending(name.file)) }
    }
}
