package import SystemPackage

/// Whose backup sets are meant: one database of one service.
package struct BackupIdentity: Hashable, Sendable {
    package let service: String
    /// The name of the database in the service's configuration.
    package let database: String
    /// What file names begin with: the database file's name without its extension.
    package let stem: String

    package init(service: String, database: String, stem: String) {
        self.service = service
        self.database = database
        self.stem = stem
    }

    /// The identity of a database by its file: `var/api/test.db` has the stem `test`.
    ///
    /// Leading dots are left out, since hidden files are Ronde's own in a folder of backups, and what a terminal would
    /// not show as it is becomes `_`.
    package init(service: String, database: String, file: FilePath) {
        let name = (file.lastComponent?.string ?? "").drop { $0 == "." }
        let stem = FilePath.Component(String(name))?.stem ?? ""
        let shown = String(stem.unicodeScalars.map { $0.properties.generalCategory == .control ? "_" : Character($0) })
        self.init(service: service, database: database, stem: shown.isEmpty ? "database" : shown)
    }
}
