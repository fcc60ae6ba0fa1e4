import DurableFiles
package import Foundation
import SystemPackage

/// One stored set, with every folder in which the very same file has a name.
package struct DrillTarget: Hashable, Sendable {
    /// Never empty: each is a name of the same bytes on the device.
    package let places: [KnownSet]

    /// - Parameter places: at least one.
    package init(places: [KnownSet]) {
        precondition(!places.isEmpty, "a set that is nowhere")
        self.places = places
    }

    /// The set as its first folder has it.
    package var known: KnownSet { places[0] }
    package var instant: Date { known.instant }
    /// When it was last proven, as it was made or by a drill.
    package var provenAt: Date { places.map(\.provenAt).max() ?? known.provenAt }
    /// When it was last proven or tried to be.
    package var triedAt: Date { places.compactMap(\.drill?.at).reduce(provenAt) { max($0, $1) } }
    package var counts: Bool { places.allSatisfy(\.counts) }

    /// All stored sets of an inventory, newest first; a copy on another device is a set of its own.
    ///
    /// - Throws: `FileError` when a file cannot be looked at.
    package static func all(in inventory: BackupInventory) throws -> [DrillTarget] {
        var order: [Key] = []
        var places: [Key: [KnownSet]] = [:]
        for known in inventory.sets {
            guard let path = known.set.filePaths.first, let facts = try FileFacts.of(path, followingLinks: true) else {
                continue  // removed by a pruning since the folder was listed
            }
            let key = Key(device: facts.device, file: facts.inode)
            if places[key] == nil { order.append(key) }
            places[key, default: []].append(known)
        }
        return order.compactMap { places[$0].map(DrillTarget.init(places:)) }
    }

    private struct Key: Hashable {
        let device: UInt64
        let file: UInt64
    }
}
