import DurableFiles
import Foundation
import Networking
import PluginKit
import Probing
import SystemPackage

/// A record that may be at the service: written down before it is made, forgotten once it is gone.
struct RoundTripNote: Codable, Hashable, Sendable {
    /// The word that is in this record and in no other.
    let unique: String
    /// The service's URL, which may be another one by the next run.
    var base: String
    let paths: RecordPaths
    /// Nil until the service has said it.
    var id: RecordID?

    /// How messages call the record.
    var title: String { id.map { "record \($0) ('\(unique)')" } ?? "the record with '\(unique)'" }

    /// Where it was made, without the secrets that a URL may hold.
    var place: String { HTTPRequest(url: base + (id.map(paths.record) ?? "")).description }

    /// A word of 16 small letters and digits; services that change the case of texts leave it as it is.
    static func freshWord() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<16).map { _ in letters[Int.random(in: letters.indices)] })
    }
}

/// The one note of a task, in its state folder.
struct NoteFile: Sendable {
    let path: FilePath
    private static let limit = 1 << 16

    init(in folder: FilePath) { path = folder.appending("round-trip.json") }

    /// - Throws: ``TaskFailure`` where there is a note that cannot be read: a record may be left that nobody knows of.
    func read() throws -> RoundTripNote? {
        do {
            guard try FileFacts.of(path, followingLinks: false) != nil else { return nil }
            return try JSONDecoder().decode(
                RoundTripNote.self, from: Data(try DurableFile.read(path, limit: Self.limit)))
        } catch {
            throw TaskFailure(
                "the note of an earlier round trip cannot be read (\(error)); delete the record that it may have left, "
                    + "then remove \(path)")
        }
    }

    /// - Throws: `FileError`, `EncodingError`.
    func write(_ note: RoundTripNote) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try DurableFile.write(Array(try encoder.encode(note)), to: path, permissions: .ownerReadWrite)
    }

    /// - Throws: `FileError`.
    func clear() throws { try DurableFile.remove(path) }
}
