/// A file that a task made and that outlives the run.
package struct Artifact: Hashable, Sendable, Codable {
    /// What it is: `backup`, `manifest`, `export`.
    package var kind: String
    /// Absolute path.
    package var path: String
    package var bytes: Int64
    /// SHA-256 in lower-case hexadecimal.
    package var sha256: String?

    package init(kind: String, path: String, bytes: Int64, sha256: String?) {
        self.kind = kind
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}
