import DurableFiles
package import Foundation
import SystemPackage

/// What a person notes about sets. A set that is linked into several folders is marked in all of them, unless a path
/// names one; each folder's record changes under its lock.
extension BackupInventory {
    /// Keeps a set whatever its age.
    ///
    /// - Parameters:
    ///   - text: as ``SetSelector`` reads it.
    ///   - note: why, for people.
    ///   - until: when the pin ends to protect; nil for never.
    ///   - now: the wall clock.
    /// - Returns: the set, once for each folder.
    /// - Throws: ``BackupError/noSuchSet(_:nearest:)``, ``BackupError/notApplicable(_:why:)`` for an end in the past,
    ///   ``BackupError/recordDamaged(_:reason:)``, `FileError`.
    package func pin(_ text: String, note: String, until: Date? = nil, now: Date) throws -> [KnownSet] {
        if let until, until <= now { throw BackupError.notApplicable(text, why: "a pin cannot end in the past") }
        let pin = FolderRecord.Pin(
            note: Self.oneLine(note), until: until?.inMilliseconds, since: now.inMilliseconds)
        return try mark(text) { record, name in record.pins[name] = pin }
    }

    /// Takes the pin off a set.
    ///
    /// - Returns: the set, once for each folder.
    /// - Throws: as ``pin(_:note:until:now:)``; ``BackupError/notApplicable(_:why:)`` if it is not pinned.
    package func unpin(_ text: String) throws -> [KnownSet] {
        guard try sets(matching: text).contains(where: { $0.pin != nil }) else {
            throw BackupError.notApplicable(text, why: "it is not pinned")
        }
        return try mark(text) { record, name in record.pins[name] = nil }
    }

    /// Lets a set count although something about it is suspicious, and so pruning go on.
    ///
    /// - Returns: the set, once for each folder.
    /// - Throws: as ``pin(_:note:until:now:)``; ``BackupError/notApplicable(_:why:)`` if nothing is suspicious.
    package func accept(_ text: String, note: String, now: Date) throws -> [KnownSet] {
        guard try sets(matching: text).contains(where: { !$0.set.summary.anomalies.isEmpty }) else {
            throw BackupError.notApplicable(text, why: "nothing about it is suspicious")
        }
        let acceptance = FolderRecord.Acceptance(at: now.inMilliseconds, note: Self.oneLine(note))
        return try mark(text) { record, name in record.acceptances[name] = acceptance }
    }

    /// Notes how a drill of a set ended.
    ///
    /// - Returns: the set, once for each folder.
    /// - Throws: as ``pin(_:note:until:now:)``.
    package func note(_ proof: FolderRecord.Proof, of text: String) throws -> [KnownSet] {
        try mark(text) { record, name in record.drills[name] = proof }
    }

    private func mark(_ text: String, _ change: (inout FolderRecord, String) -> Void) throws -> [KnownSet] {
        try sets(matching: text).map { known in
            let name = "\(known.set.name)"
            return try FolderRecord.update(known.set.folder) { record in
                // Pruned since the folder was read: what is noted of it would be dropped without a word.
                guard try FileFacts.of(known.set.manifestPath, followingLinks: false) != nil else {
                    throw BackupError.noSuchSet(text, nearest: [])
                }
                change(&record, name)
                return record.known(known.set)
            }
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
