import DurableFiles
import Foundation
import SystemPackage

/// Changes the mode and owner of one file or folder.
enum Mending {
    /// Why something was left as it is.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// Mends what was found, if it is still the same.
    ///
    /// It is changed through a handle that was opened without following any link, so that nobody who may write to a
    /// folder on the way can lead the change elsewhere.
    ///
    /// - Throws: ``Refusal``, `FileError`.
    static func mend(_ target: PermissionTargets.Target, in targets: PermissionTargets) throws {
        let strange = targets.strangeNames(of: target.facts)
        guard strange <= 0 else {
            throw Refusal(
                description:
                    "'\(target.path)' has \(target.facts.linkCount) names, \(strange) of them elsewhere; a change"
                    + " would reach those, too, so it is left")
        }
        guard let name = target.path.lastComponent else { return }
        let item = try OpenFolder.open(Folder.parent(of: target.path)).item(name)
        let facts = try item.facts()
        guard facts.isSameFile(as: target.facts), facts.kind == target.facts.kind,
            facts.linkCount == target.facts.linkCount || facts.kind == .folder
        else { throw Refusal(description: "'\(target.path)' was replaced meanwhile; it is left") }
        // What is wrong now: another rule may have mended it a moment ago.
        guard let difference = Difference(facts, target.rule) else { return }
        // The owner first: the system takes the set-user-id bit away with it.
        if difference.isOfOwner {
            try item.setOwner(
                difference.owner == difference.wantedOwner ? nil : difference.wantedOwner,
                group: difference.group == difference.wantedGroup ? nil : difference.wantedGroup)
        }
        let now = try item.facts()
        let wanted = difference.wantedMode
        if now.permissions != wanted { try item.setPermissions(wanted) }
    }
}
