import Digests
import DurableFiles
import Foundation
import Maintenance
import SystemPackage

/// What is known of the files at a destination, in `offsite-NAME.json`; it saves work and is never trusted for more.
///
/// Only what the destination lists is there. A state that is lost is made anew by verifying what is there.
struct OffsiteState: Codable, Hashable, Sendable {
    struct Proof: Codable, Hashable, Sendable {
        var bytes: Int
        var sha256: SHA256Digest
        /// When the bytes at the destination were last compared.
        var verifiedAt: Date

        enum CodingKeys: String, CodingKey {
            case bytes, sha256
            case verifiedAt = "verified_at"
        }
    }

    static let currentFormat = 1
    private static let longest = 64 << 20

    var format = currentFormat
    /// The description of the destination this is about.
    var destination: String
    /// By the name of the file.
    var files: [String: Proof] = [:]
    /// By the name of the set; sets of this host may be gone while they are still there.
    var sets: [String: RemoteSet] = [:]

    static func path(of name: String, in folder: FilePath) -> FilePath { folder.appending("offsite-\(name).json") }

    /// Reads the state; one that is missing, damaged or about another place is empty, with a note of why.
    static func read(_ path: FilePath, for destination: String) -> (state: OffsiteState, note: String?) {
        let empty = OffsiteState(destination: destination)
        do {
            guard try FileFacts.of(path, followingLinks: true) != nil else { return (empty, nil) }
            let bytes = try DurableFile.read(path, limit: longest)
            let state = try RecordCoding.decoder().decode(OffsiteState.self, from: Data(bytes))
            guard state.format == currentFormat else {
                return (
                    empty, "'\(path)' has format \(state.format), which is not known here: all files are verified anew"
                )
            }
            guard state.destination == destination else {
                return (empty, "'\(path)' is about \(state.destination): all files are verified anew")
            }
            return (state, nil)
        } catch {
            return (empty, "'\(path)' cannot be used (\(RecordCoding.explain(error))): all files are verified anew")
        }
    }

    func write(to path: FilePath) throws {
        let bytes = try RecordCoding.encoder(indented: true).encode(self)
        try DurableFile.write([UInt8](bytes) + [0x0A], to: path, permissions: .ownerReadWrite)
    }
}
