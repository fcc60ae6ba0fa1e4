internal import DurableFiles
internal import Foundation
package import Maintenance
package import SystemPackage

/// The folder in which every run has a folder of its own, with `report.json` for programs and `report.md` for people.
///
/// A run's folder is made beside its place and renamed: it is there whole or not at all, and is written once.
/// Reports hold no secrets, but may hold what the tasks found, such as addresses: only the owner may read them (0700
/// and 0600).
package struct ReportFolder: Hashable, Sendable {
    package let root: FilePath

    package init(root: FilePath) { self.root = root }

    /// A report larger than this is not one of ours; in bytes.
    static let largestReport = 64 << 20

    /// Where the report of a run is, or would be.
    package func path(of run: RunIdentifier) -> FilePath { root.appending(run.rawValue) }

    /// Stores a report in both forms; once this returns they survive a power cut.
    ///
    /// - Parameters:
    ///   - report: the run; its identifier names the folder.
    ///   - previous: what the Markdown compares with; one of another checklist is not compared with.
    /// - Returns: the run's folder.
    /// - Throws: ``ReportError``; nothing of the report stays then, and what was there before is untouched. Only where
    ///   the last sync of `root` failed may the folder be there already.
    @discardableResult
    package func store(_ report: RunReport, previous: RunReport?) throws(ReportError) -> FilePath {
        let destination = path(of: report.run)
        let comparison = previous.flatMap { RunComparison(of: report, since: $0) }
        let json = try Self.encode(report)
        let markdown = [UInt8](MarkdownReport.render(report, comparison: comparison).utf8)
        do throws(FileError) {
            try Folder.create(root, permissions: .ownerReadWriteExecute)
            guard try FileFacts.of(destination, followingLinks: false) == nil else {
                throw FileError(operation: "create the folder", path: destination, errno: .fileExists)
            }
            try write([("report.json", json), ("report.md", markdown)], to: destination)
        } catch {
            // Another process may have been quicker; a folder that is not empty is never renamed over.
            let isTaken = error.errno == .fileExists || error.errno == .directoryNotEmpty
            if isTaken, error.path == destination { throw .alreadyStored(report.run, destination) }
            throw .file(error)
        }
        return destination
    }

    private func write(_ files: [(name: String, bytes: [UInt8])], to destination: FilePath) throws(FileError) {
        // Held open and locked, it says that its folder is being written; see `removeLeftovers`.
        let marker = try TemporaryFile.create(beside: destination, permissions: .ownerReadWrite)
        let temporary = Self.temporaryFolder(of: marker.path)
        do throws(FileError) {
            try Folder.create(temporary, permissions: .ownerReadWriteExecute)
            for (name, bytes) in files {
                try DurableFile.write(bytes, to: temporary.appending(name), permissions: .ownerReadWrite)
            }
            try DurableFile.rename(temporary, to: destination)
        } catch {
            do throws(FileError) {
                try Folder.removeTree(temporary)
            } catch {
                // The first error is the one to tell; what stays is found by `removeLeftovers`.
            }
            // The person asked for this folder and knows nothing of the temporary one.
            throw FileError(operation: error.operation, path: destination, errno: error.errno)
        }
        _ = consume marker
    }

    private static func encode(_ report: RunReport) throws(ReportError) -> [UInt8] {
        do {
            return try JSONReport.encode(report)
        } catch {
            throw .notWritable(report.run, RecordCoding.explain(error))
        }
    }

    /// The report of a run.
    ///
    /// - Throws: ``ReportError``: `.notFound`, `.damaged`, or `.file` when it may not be read.
    package func read(_ run: RunIdentifier) throws(ReportError) -> RunReport {
        let file = path(of: run).appending("report.json")
        let bytes = try bytes(of: file, run)
        let report: RunReport
        do {
            report = try JSONReport.decode(bytes)
        } catch {
            throw .damaged(file, PrintableText.of(RecordCoding.explain(error)))
        }
        guard report.run == run else { throw .damaged(file, "it is the report of the run \(report.run)") }
        return report
    }

    /// The report of a run as it was written for people.
    ///
    /// - Throws: ``ReportError``: `.notFound`, `.damaged`, or `.file` when it may not be read.
    package func markdown(_ run: RunIdentifier) throws(ReportError) -> String {
        let file = path(of: run).appending("report.md")
        guard let text = String(validating: try bytes(of: file, run), as: UTF8.self) else {
            throw .damaged(file, "it is not UTF-8 text")
        }
        return text
    }

    private func bytes(of file: FilePath, _ run: RunIdentifier) throws(ReportError) -> [UInt8] {
        do throws(FileError) {
            return try DurableFile.read(file, limit: Self.largestReport)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory where try !exists(path(of: run)): throw .notFound(run, root)
            case .noSuchFileOrDirectory: throw .damaged(file, "it is missing")
            case .isDirectory: throw .damaged(file, "it is a folder")
            case .notDirectory: throw .damaged(path(of: run), "it is not a folder")
            case .fileTooLarge: throw .damaged(file, "it has more than \(HumanText.bytes(Double(Self.largestReport)))")
            default: throw .file(error)
            }
        }
    }

    private func exists(_ path: FilePath) throws(ReportError) -> Bool {
        do throws(FileError) {
            return try FileFacts.of(path, followingLinks: false) != nil
        } catch {
            throw .file(error)
        }
    }
}

extension ReportFolder {
    /// Removes what killed writers left; what is being written is never touched.
    ///
    /// - Returns: the names of the folders removed, sorted.
    /// - Throws: ``ReportError`` when `root` cannot be listed, or a leftover not be removed.
    @discardableResult
    package func removeLeftovers() throws(ReportError) -> [String] {
        do throws(FileError) {
            guard try FileFacts.of(root, followingLinks: true) != nil else { return [] }
            // In this order: a writer makes its marker first and lets go of it last, so a folder that is listed here
            // and has no marker after the dead ones are gone has no writer.
            let folders = try Folder.entries(of: root).filter { Self.marker(ofTemporary: $0) != nil }
            try TemporaryFile.removeLeftovers(in: root)
            var removed: [String] = []
            for folder in folders {
                guard let marker = Self.marker(ofTemporary: folder) else { continue }
                guard try FileFacts.of(root.appending(marker), followingLinks: false) == nil,
                    try FileFacts.of(root.appending(folder), followingLinks: false) != nil
                else { continue }
                try Folder.removeTree(root.appending(folder))
                removed.append(folder)
            }
            return removed
        } catch {
            throw .file(error)
        }
    }

    private static let suffix = ".d"

    private static func temporaryFolder(of marker: FilePath) -> FilePath {
        let name = marker.lastComponent?.string ?? ""
        return Folder.parent(of: marker).appending(name + suffix)
    }

    private static func marker(ofTemporary name: String) -> String? {
        guard name.hasSuffix(suffix) else { return nil }
        let marker = String(name.dropLast(suffix.count))
        return TemporaryFile.isTemporary(marker) ? marker : nil
    }
}
