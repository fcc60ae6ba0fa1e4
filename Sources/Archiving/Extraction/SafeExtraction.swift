internal import Digests
internal import DurableFiles
package import SystemPackage

/// Unpacks archives that may be hostile: all of one, checked to its last byte, or nothing.
///
/// What is taken: tar (ustar, pax and GNU) plain or packed by gzip, zstd, xz or bzip2; zip; a single file packed by one
/// of these; a plain SQLite file. What is made: files, folders, hard links to files of the archive and symbolic links
/// that stay within. They belong to the caller, others cannot write them, and nothing else of an entry is kept.
package enum SafeExtraction {
    /// Extracts `archive` into `folder`, which is empty or does not exist; the folder above it does.
    ///
    /// Until all is checked it lies in a hidden folder within `folder`. After an error `folder` is as it was.
    /// `progress` hears the fraction of the archive that was read, from 0 to 1.
    ///
    /// - Throws: ``ArchiveError``: of kind `unsafe`, `damaged`, `overLimit` or `unsupported` when the archive is refused,
    ///   `failed` when it or the folder cannot be used; `CancellationError`.
    @concurrent
    package static func extract(
        _ archive: FilePath, into folder: FilePath, limits: ExtractionLimits = ExtractionLimits(),
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> ExtractionReport {
        let file: StoredFile
        let room: Int
        do {
            guard try FileFacts.of(archive, followingLinks: true)?.kind ?? .file == .file else {
                throw ArchiveError.failed("extract", archive, "it is not a file")
            }
            file = try StoredFile(archive)
            room = try DiskSpace.available(at: folder).availableBytes
        } catch {
            throw translated(error, archive)
        }
        let size = try file.size()
        let budget = ExtractionBudget(limits, storedBytes: size, room: room)
        let staging = try StagingFolder(in: folder)
        do {
            let extraction = Extraction(file, into: staging, limits, budget) { read in
                progress(size > 0 ? min(1, Double(read) / Double(size)) : 1)
            }
            let report = try extraction.run()
            try Task.checkCancellation()
            try extraction.publish()
            return report
        } catch {
            do throws(FileError) { try staging.discard() } catch let left {
                throw ArchiveError.failed(
                    "extract", archive, "\(translated(error, archive)); and what was unpacked is left: \(left)")
            }
            throw translated(error, archive)
        }
    }

    /// Any error as one that names the archive and says that nothing was extracted.
    private static func translated(_ error: any Error, _ archive: FilePath) -> any Error {
        switch error {
        case let problem as EntryProblem:
            let subject = problem.name.map { "its entry \(EntryName.quoted($0))" } ?? "it"
            return refusal(problem.fault.kind, archive, "\(subject) \(problem.fault.message)")
        case let error as ArchiveError:
            if error.kind != .failed { return refusal(error.kind, archive, error.message) }
            return ArchiveError.failed(
                "extract", error.path, error.message + "; nothing was extracted", code: error.code)
        case let error as FileError: return ArchiveError.failed("extract", error)
        default: return error
        }
    }

    private static func refusal(_ kind: ArchiveError.Kind, _ archive: FilePath, _ message: String) -> ArchiveError {
        ArchiveError(
            kind: kind, operation: "extract", path: archive, code: 0, message: message + "; nothing was extracted")
    }
}
