import Backups
import DurableFiles
import Foundation
import Globbing
import SystemPackage

/// What one rule finds, following no symbolic link and leaving neither the folder nor its file system.
struct CleanupFind {
    /// A file that fits.
    struct File {
        /// From the rule's folder.
        let folders: [FilePath.Component]
        let name: FilePath.Component
        let facts: FileFacts
    }

    /// A folder below the rule's, deepest first.
    struct SubFolder {
        let folders: [FilePath.Component]
        let modified: Date
    }

    private(set) var files: [File] = []
    private(set) var folders: [SubFolder] = []
    /// What was passed over, in words.
    private(set) var warnings: [String] = []
    private(set) var notes: [String] = []
    private let rule: CleanupRule
    private let ownFolders: Set<FilePath>
    private var device: UInt64 = 0
    private var looked = 0

    private static let most = 500_000
    private static let deepest = 64

    /// Why a rule cannot be followed.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - rule: what to look for.
    ///   - ownFolders: where Ronde keeps backups, which pruning removes.
    /// - Throws: ``Refusal``, `FileError`, `CancellationError`.
    init(_ rule: CleanupRule, ownFolders: Set<FilePath>) throws {
        self.rule = rule
        self.ownFolders = ownFolders
        let folder = try OpenFolder.open(rule.folder)
        device = try folder.facts().device
        let names = try folder.components()
        if holdsBackups(names, in: rule.folder) {
            throw Refusal(
                description:
                    "'\(rule.folder)' holds backups that Ronde made or adopted; the plugin 'prune' removes those")
        }
        try find(in: folder, names, below: [])
    }

    private mutating func find(
        in folder: borrowing OpenFolder, _ names: [FilePath.Component], below folders: [FilePath.Component]
    ) throws {
        for name in names {
            looked += 1
            if looked % 1_000 == 0 { try Task.checkCancellation() }
            guard looked <= Self.most else {
                throw Refusal(
                    description:
                        "'\(rule.folder)' holds more than \(Self.most) names; which are the newest cannot be told:"
                        + " name folders below it")
            }
            // One that went since the folder was listed needs no removing.
            guard let facts = try folder.facts(of: name) else { continue }
            switch facts.kind {
            case .file:
                if rule.pattern.matches(name.string) { files.append(File(folders: folders, name: name, facts: facts)) }
            case .folder: if rule.settings.recursive { try enter(name, facts, of: folder, below: folders) }
            case .symbolicLink, .other: break
            }
        }
    }

    private mutating func enter(
        _ name: FilePath.Component, _ facts: FileFacts, of folder: borrowing OpenFolder,
        below folders: [FilePath.Component]
    ) throws {
        let path = folder.path.appending(name)
        guard facts.device == device else {
            notes.append("'\(path)' is on another file system; left")
            return
        }
        guard folders.count < Self.deepest else {
            warnings.append("'\(path)' is too deep; left")
            return
        }
        do {
            let inner = try folder.folder(name)
            let names = try inner.components()
            if ForbiddenFolders.reason(against: path) != nil {
                warnings.append("'\(path)' is a folder of the system or a home; left")
            } else if holdsBackups(names, in: path) {
                warnings.append("'\(path)' holds backups of Ronde, which the plugin 'prune' removes; left")
            } else {
                try find(in: inner, names, below: folders + [name])
                self.folders.append(SubFolder(folders: folders + [name], modified: facts.modified))
            }
        } catch let error as FileError {
            warnings.append("\(error)")
        }
    }

    /// Whether a folder is one of Ronde's backups: named as one, or with what Ronde leaves beside them.
    private func holdsBackups(_ names: [FilePath.Component], in folder: FilePath) -> Bool {
        if ownFolders.contains(folder) { return true }
        return BackupTraces.areAmong(names, in: folder)
    }
}
