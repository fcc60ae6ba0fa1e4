import Archiving
import DurableFiles
import Foundation
import SystemPackage

/// The files beside a log that were rotated away from it.
struct RotatedFiles {
    /// One that has the log's name and a number or a date: `app.log.2`, `app.log-20261122.gz`.
    struct Candidate {
        let path: FilePath
        let facts: FileFacts
        let isCompressed: Bool
    }

    /// Newest first.
    let candidates: [Candidate]
    /// All files of the folder by inode: dated names may look like anything.
    private let others: [UInt64: FilePath]

    private static let mostNames = 20_000
    private static let mostCandidates = 1_000
    /// How many compressed files are unpacked in search of one.
    private static let mostUnpacked = 5
    private static let compressedEndings = [".gz", ".zst"]

    /// - Parameter path: the log; it may lead there through a symbolic link.
    /// - Throws: `FileError` when its folder cannot be listed.
    init(beside path: FilePath) throws {
        let folder = Folder.parent(of: path)
        let name = path.lastComponent?.string ?? ""
        var (candidates, others) = ([Candidate](), [UInt64: FilePath]())
        for component in try Folder.components(of: folder).prefix(Self.mostNames) where component.string != name {
            let path = folder.appending(component)
            // One that was removed since the folder was listed is not there.
            guard let facts = try? FileFacts.of(path, followingLinks: false), facts.kind == .file else { continue }
            others[facts.inode] = path
            guard let isCompressed = Self.isRotated(component.string, from: name) else { continue }
            candidates.append(Candidate(path: path, facts: facts, isCompressed: isCompressed))
        }
        candidates.sort { $0.facts.modified > $1.facts.modified }
        self.candidates = Array(candidates.prefix(Self.mostCandidates))
        self.others = others
    }

    /// Whether a name is that of a rotated file, and of a compressed one; nil where it is neither.
    static func isRotated(_ name: String, from log: String) -> Bool? {
        guard name.hasPrefix(log) else { return nil }
        var rest = name.dropFirst(log.count)
        let ending = compressedEndings.first { rest.hasSuffix($0) }
        rest = rest.dropLast(ending?.count ?? 0)
        guard let first = rest.first, first == "." || first == "-", rest.contains(where: \.isNumber),
            rest.allSatisfy({ $0.isNumber || "-_.T".contains($0) })
        else { return nil }
        return ending != nil
    }

    /// The file that was read up to a position, now under another name; a copy of it will do.
    func file(of position: LogPosition, otherThan current: LogSource?) throws -> LogSource? {
        if let path = others[position.inode], let source = try? LogSource(path), try position.isOf(source) {
            return source
        }
        for candidate in candidates where !candidate.isCompressed {
            // One that cannot be opened any more is not it.
            guard let source = try? LogSource(candidate.path), try position.isCopied(in: source) else { continue }
            if let current, source.facts.isSameFile(as: current.facts) { continue }
            return source
        }
        return nil
    }

    /// The compressed file that begins with what was read up to a position.
    func compressed(of position: LogPosition) throws -> Candidate? {
        guard position.offset > 0 else { return nil }
        var unpacked = 0
        for candidate in candidates where candidate.isCompressed {
            let content = CompressedLog(candidate.path)
            guard content.begins(as: position) else { continue }
            unpacked += 1
            if try content.contains(position) { return candidate }
            if unpacked == Self.mostUnpacked { return nil }
        }
        return nil
    }

    /// Those that were rotated away after another one, oldest first; of a file that is there twice the plain one.
    func after(_ old: FileFacts, otherThan current: LogSource?) -> [Candidate] {
        let plain = Set(candidates.filter { !$0.isCompressed }.map(\.path.string))
        return candidates.reversed().filter { candidate in
            if candidate.facts.isSameFile(as: old) || candidate.facts.modified <= old.modified { return false }
            if let current, candidate.facts.isSameFile(as: current.facts) { return false }
            let stem = Self.compressedEndings.reduce(candidate.path.string) { name, ending in
                name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name
            }
            return !(candidate.isCompressed && plain.contains(stem))
        }
    }
}
