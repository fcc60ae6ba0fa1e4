package import Digests
package import SystemPackage

/// A place elsewhere that keeps copies of files, flat, by name.
package protocol OffsiteDestination: Sendable {
    /// What it is, for messages and to tell it from another one: without secrets.
    var description: String { get }

    /// The finished files; none where the folder does not exist yet.
    ///
    /// - Throws: ``OffsiteError`` when it cannot be listed whole.
    func list() async throws(OffsiteError) -> [RemoteFile]

    /// Puts a file there and proves by its SHA-256 that its bytes arrived; a file of its name is replaced.
    ///
    /// - Throws: ``OffsiteError``. A part of the file may be there then, never one whose proof failed.
    func upload(_ file: OffsiteFile) async throws(OffsiteError)

    /// Whether the bytes there have this digest; false also where there is no such file.
    ///
    /// - Throws: ``OffsiteError`` when it cannot be told.
    func holds(_ name: String, bytes: Int, sha256: SHA256Digest) async throws(OffsiteError) -> Bool

    /// Removes a file, and what an interrupted upload left of it; it is no error if there is none.
    ///
    /// - Throws: ``OffsiteError``.
    func remove(_ name: String) async throws(OffsiteError)

    /// Writes a file's bytes into an existing empty file of this host.
    ///
    /// - Throws: ``OffsiteError``; some bytes may have been written then.
    func download(_ name: String, into path: FilePath) async throws(OffsiteError)
}

/// How long the programs that talk to a destination may take, and how much of the line they may use.
package struct OffsiteLimits: Hashable, Sendable {
    /// For reaching the server.
    package var connecting: Duration
    /// Without a sign of life.
    package var idle: Duration
    /// For listing, or for one small request.
    package var request: Duration
    /// For moving one file.
    package var transfer: Duration
    /// Bytes a second; nil for as many as there are.
    package var bandwidth: Int?

    package init(
        connecting: Duration = .seconds(30), idle: Duration = .seconds(60), request: Duration = .seconds(300),
        transfer: Duration = .seconds(6 * 3600), bandwidth: Int? = nil
    ) {
        self.connecting = connecting
        self.idle = idle
        self.request = request
        self.transfer = transfer
        self.bandwidth = bandwidth
    }
}
