package import Foundation

/// What restoring a set into scratch space showed.
package struct DrillResult: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// It was restored, and is what its manifest says to the last row.
        case proven
        /// Its stored bytes are those of its manifest, but nobody here can open it: why.
        case storedBytesOnly(String)
        /// It does not give back what its manifest says: what is wrong.
        case failed(String)
    }

    package let target: DrillTarget
    package let outcome: Outcome
    /// When it ended.
    package let at: Date
    package let duration: Duration

    package var hasFailed: Bool { if case .failed = outcome { true } else { false } }

    /// What the folders' records keep of it.
    package var proof: FolderRecord.Proof {
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let rounded = (seconds * 1000).rounded() / 1000
        return switch outcome {
        case .proven: FolderRecord.Proof(at: at, outcome: .ok, seconds: rounded)
        case .storedBytesOnly(let why):
            FolderRecord.Proof(at: at, outcome: .ok, detail: "only its stored bytes: \(why)", seconds: rounded)
        case .failed(let what): FolderRecord.Proof(at: at, outcome: .failed, detail: what, seconds: rounded)
        }
    }

    /// Notes the result in the record of every folder that has the set.
    ///
    /// - Throws: ``BackupError``, `FileError`.
    package func record() throws {
        for place in target.places {
            try FolderRecord.update(place.set.folder) { $0.drills["\(place.set.name)"] = proof }
        }
    }
}
