import DurableFiles
import Globbing
import SystemPackage

/// The mode that a rule wants.
struct WantedMode: Hashable, Sendable {
    private let bits: UInt32
    private let isExact: Bool
    /// Whether a folder's set-group-id and sticky bits are the rule's business: where its fourth digit says so.
    private let namesSpecialBits: Bool

    /// Takes octal digits, which the manifest has checked.
    init?(exactly text: String) { self.init(text, isExact: true) }

    /// The same for a mode of which nothing is to be exceeded.
    init?(atMost text: String) { self.init(text, isExact: false) }

    private init?(_ text: String, isExact: Bool) {
        guard let bits = UInt32(text, radix: 8), bits <= 0o7777 else { return nil }
        self.bits = bits
        self.isExact = isExact
        namesSpecialBits = bits > 0o777
    }

    /// The mode that something should have which has `mode`; the same where nothing is wrong.
    ///
    /// The set-group-id and sticky bits of folders stay as they are unless the rule names such bits.
    func wanted(for mode: FilePermissions, of kind: FileFacts.Kind) -> FilePermissions {
        let own: UInt32 = kind == .folder && !namesSpecialBits ? mode.rawValue & 0o7000 : 0
        return FilePermissions(rawValue: (isExact ? bits : mode.rawValue & bits) | own)
    }
}

/// What some paths are to be.
struct PermissionRule: Sendable {
    let path: PathPattern
    let kind: PermissionsConfiguration.Kind
    let isRecursive: Bool
    let mode: WantedMode?
    let owner: Account?
    let group: Account?
    /// Whether nothing is wrong where there is no such path.
    let mayBeMissing: Bool

    /// Whether this says all there is to say of the path of another rule.
    func replaces(_ other: PermissionRule) -> Bool {
        guard kind == other.kind, isRecursive == other.isRecursive, mode != nil else { return false }
        return other.path.literal.map { path.fits($0.string) } ?? false
    }

    /// Whether the rule is about such a thing.
    func isAbout(_ kind: FileFacts.Kind) -> Bool { kind == (self.kind == .file ? .file : .folder) }
}

/// What one file or folder has and should have.
struct Difference: Hashable, Sendable {
    let mode: FilePermissions
    let wantedMode: FilePermissions
    let owner: UInt32
    let wantedOwner: UInt32
    let group: UInt32
    let wantedGroup: UInt32

    /// Nil where nothing is wrong.
    init?(_ facts: FileFacts, _ rule: PermissionRule) {
        mode = facts.permissions
        wantedMode = rule.mode?.wanted(for: facts.permissions, of: facts.kind) ?? facts.permissions
        (owner, group) = (facts.owner, facts.group)
        wantedOwner = rule.owner?.id ?? facts.owner
        wantedGroup = rule.group?.id ?? facts.group
        if !isOfMode && !isOfOwner { return nil }
    }

    var isOfMode: Bool { mode != wantedMode }
    var isOfOwner: Bool { owner != wantedOwner || group != wantedGroup }

    /// As in `0666 → 0644, owner 0:0 → 33:33`.
    var description: String {
        var parts: [String] = []
        if isOfMode { parts.append("\(Self.octal(mode)) → \(Self.octal(wantedMode))") }
        if isOfOwner { parts.append("owner \(owner):\(group) → \(wantedOwner):\(wantedGroup)") }
        return parts.joined(separator: ", ")
    }

    static func octal(_ mode: FilePermissions) -> String {
        let digits = String(mode.rawValue, radix: 8)
        return String(repeating: "0", count: max(4 - digits.utf8.count, 0)) + digits
    }
}
