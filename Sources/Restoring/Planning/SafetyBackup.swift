package import Backups
package import Foundation
package import SystemPackage

/// How a verified set of the present database is made before it is replaced.
package struct SafetyBackup: Sendable {
    /// Where the set goes.
    package var folder: FilePath
    /// Where uncompressed copies are made meanwhile.
    package var scratch: FilePath
    /// Makes the set and returns its name; the note says which restore it was made for.
    package var make: @Sendable (_ note: String) async throws -> String

    package init(
        folder: FilePath, scratch: FilePath, make: @escaping @Sendable (_ note: String) async throws -> String
    ) {
        self.folder = folder
        self.scratch = scratch
        self.make = make
    }

    /// The usual one: a set by ``BackupMaker`` in the folder of the request's first place, pinned with the note.
    ///
    /// `pinnedFor` is how many seconds nobody removes it; nil for ever.
    package static func set(
        _ request: BackupRequest, pinnedFor: TimeInterval? = 30 * 86_400,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> SafetyBackup {
        precondition(!request.places.isEmpty, "a safety backup without a folder")
        return SafetyBackup(folder: request.places[0].folder, scratch: request.scratch) { note in
            var request = request
            request.keptFor = note
            let set = try await BackupMaker(request, now: now).make().sets[0]
            let since = now()
            try FolderRecord.update(set.folder) {
                $0.pins["\(set.name)"] = FolderRecord.Pin(
                    note: note, until: pinnedFor.map(since.addingTimeInterval), since: since)
            }
            return "\(set.name)"
        }
    }
}
