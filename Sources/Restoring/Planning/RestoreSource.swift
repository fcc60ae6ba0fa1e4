package import Backups
package import SystemPackage

/// What is to be put in place of the database.
package enum RestoreSource: Hashable, Sendable {
    /// A backup set; one that does not count is refused unless a person named it.
    case set(KnownSet, isNamed: Bool)
    /// Any file with a SQLite database or SQL text, plain, compressed or encrypted; its content decides, not its name.
    case file(FilePath)
    /// What the last restore of this database replaced.
    case replaced

    /// The newest set that counts, as a restore without a name means it.
    package static func newest(_ set: KnownSet) -> RestoreSource { .set(set, isNamed: false) }
}
