import Archiving
import DurableFiles
import Foundation
import Maintenance
import SQLiteFile
package import SystemPackage

/// A manifest that cannot be used: which one and why.
package struct ManifestError: Error, Hashable, CustomStringConvertible {
    package let path: FilePath
    package let reason: String

    package var description: String {
        "\(path): not a usable manifest: \(reason); the set does not count and is left alone"
    }
}

extension Date {
    /// The instant as a manifest can hold it.
    var inMilliseconds: Date { Date(timeIntervalSince1970: (timeIntervalSince1970 * 1000).rounded(.down) / 1000) }
}

extension BackupManifest {
    /// A manifest has some hundred bytes for each table; a schema of 10,000 tables still fits.
    static let longest = 16 << 20

    /// The manifest as JSON for people and programs, instants with the offset of their zone.
    func encoded() throws -> [UInt8] {
        let zone = TimeZone(identifier: timezone) ?? .gmt
        return try [UInt8](RecordCoding.encoder(timeZone: zone, indented: true).encode(self)) + [0x0A]
    }

    /// Reads a manifest and refuses one that cannot be true.
    ///
    /// - Throws: ``ManifestError``; `FileError` when the file cannot be read.
    package static func read(_ path: FilePath) throws -> BackupManifest {
        let bytes = try DurableFile.read(path, limit: longest)
        guard !bytes.isEmpty else { throw ManifestError(path: path, reason: "the file is empty") }
        do {
            // The version comes first: the rest of another version may look different.
            let version = try RecordCoding.decoder().decode(Version.self, from: Data(bytes)).format
            guard version == currentFormat else {
                let advice = version > currentFormat ? "a newer Ronde wrote it; use that one" : "it is not known here"
                throw ManifestError(path: path, reason: "its format is \(version): \(advice)")
            }
            let manifest = try RecordCoding.decoder().decode(BackupManifest.self, from: Data(bytes))
            if let fault = manifest.fault ?? manifest.fault(inFileNamed: path.lastComponent?.string ?? "") {
                throw ManifestError(path: path, reason: fault)
            }
            return manifest
        } catch let error as ManifestError {
            throw error
        } catch {
            throw ManifestError(path: path, reason: RecordCoding.explain(error))
        }
    }

    /// A set's files have its name, so that no manifest can speak for another set's.
    private func fault(inFileNamed fileName: String) -> String? {
        var name = fileName.drop { $0 == "." }
        for ending in [SetName.pendingEnding, SetName.removingEnding, SetName.manifestEnding]
        where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
        let isAdopted = SetName.dataEnding(of: name) != nil
        let stranger = files.first {
            isAdopted ? $0.name != name : !$0.name.hasPrefix(name + ".") || $0.name.hasSuffix(SetName.manifestEnding)
        }
        if let file = stranger {
            return "it lists '\(file.name)', which is no file of its set"
        }
        if let export, !SQLExport.isName(export.name) { return "it lists '\(export.name)' as its export" }
        return nil
    }

    private struct Version: Decodable { let format: Int }

    /// What is impossible about it, or nil.
    private var fault: String? {
        if files.isEmpty { return "it lists no file" }
        // Of an adopted set in a folder that is no tier's.
        if tiers.isEmpty, adopted == nil { return "it lists no tier" }
        if TimeZone(identifier: timezone) == nil { return "'\(timezone)' is no time zone" }
        if Set(files.map(\.name)).count < files.count { return "it lists a file twice" }
        for file in files + (export.map { [$0] } ?? []) {
            // A manifest decides what is opened and removed: no name may lead out of its folder.
            guard let component = FilePath.Component(file.name), component.kind == .regular,
                component.string == file.name, !file.name.hasPrefix(".")
            else { return "'\(file.name)' is no plain file name" }
            if file.bytes < 0 || file.uncompressedBytes < 0 { return "'\(file.name)' has a negative size" }
            if Compression(file.compression) == nil { return "'\(file.compression)' is no compression" }
            if let fault = file.encryptionFault { return "'\(file.name)' \(fault)" }
        }
        return database.tables.contains { $0.rows < 0 } ? "a table has a negative number of rows" : nil
    }
}
