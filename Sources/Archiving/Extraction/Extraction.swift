internal import Digests
internal import DurableFiles
internal import SystemPackage

/// One archive on its way into a staging folder.
final class Extraction {
    private let file: StoredFile
    private let staging: StagingFolder
    private let limits: ExtractionLimits
    private let progress: (Int) -> Void
    private var budget: ExtractionBudget
    private var tree = EntryTree()
    private var report = ExtractionReport(format: "")

    init(
        _ file: StoredFile, into staging: StagingFolder, _ limits: ExtractionLimits, _ budget: ExtractionBudget,
        progress: @escaping (Int) -> Void
    ) {
        self.file = file
        self.staging = staging
        self.limits = limits
        self.budget = budget
        self.progress = progress
    }

    /// Unpacks and checks all of the archive.
    func run() throws -> ExtractionReport {
        let format = try detectFormat()
        if format == .zip {
            report.format = "zip"
            try extractZip()
        } else {
            try extractStream(ContentStream(try unpacked(format), budget, progress: progress), format)
        }
        for link in tree.links { try makeSymbolicLink(link) }
        return report
    }

    /// Puts what was unpacked in its place.
    func publish() throws { try staging.publish(tree.topNames) }

    private func detectFormat() throws -> ArchiveFormat {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ArchiveFormat.prefixLength, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.readAll(into: buffer, at: 0)
        return ArchiveFormat(detecting: Array(buffer[..<count]))
    }

    private func unpacked(_ format: ArchiveFormat) throws -> any UnpackedContent {
        let sides = try BothSides()
        let input = CompressedInput(file, sides: sides)
        return switch format {
        case .gzip: try CompressedFileReader.unpack(input, as: .gzip, sides: sides)
        case .zstd: try CompressedFileReader.unpack(input, as: .zstd, sides: sides)
        case .xz: try ForeignContent(input, .xz)
        case .bzip2: try ForeignContent(input, .bzip2)
        case .plain, .zip: try CompressedFileReader.unpack(input, as: .plain, sides: sides)
        }
    }

    private func extractStream(_ content: ContentStream, _ format: ArchiveFormat) throws {
        let start = try content.peek(TarHeader.length)
        let name = ArchiveName(file.path.lastComponent.map { Array($0.string.utf8) } ?? [], format)
        let ending = format == .plain ? "" : "+\(format)"
        let isEmptyTar = start.count == TarHeader.length && !start.contains { $0 != 0 } && name.promisesTar
        if TarHeader.isHeader(start) || isEmptyTar {
            report.format = "tar" + ending
            return try extractTar(content)
        }
        if name.promisesTar {
            throw problem(nil, .damaged("is no tar archive, or is damaged at its start"))
        }
        guard [.plain].contains(ArchiveFormat(detecting: start)) else {
            throw problem(nil, .unsupported("is a packed file within a packed file"))
        }
        guard format != .plain || start.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw problem(nil, .unsupported("is no tar, zip, gzip, zstd, xz or bzip2 file and no SQLite database"))
        }
        report.format = "file" + ending
        try extractSingle(content, name.content)
    }

    private func extractSingle(_ content: ContentStream, _ name: [UInt8]) throws {
        let path = try add(name, .file)
        report.bytes = try staging.makeFile(path, mode: 0o600) { write in
            _ = try content.pass(.max, to: write)
        }
    }

    private func extractTar(_ content: ContentStream) throws {
        var reader = TarReader(content)
        while let entry = try reader.next() {
            switch entry.kind {
            case .folder:
                try addFolder(entry.name, entry.mode)
            case .file(let size):
                try checkPrivileges(entry.name, entry.mode)
                let path = try add(entry.name, .file)
                let count = try staging.makeFile(path, mode: entry.mode, modified: entry.modified) { write in
                    guard try content.pass(size, to: write) == size else {
                        throw problem(entry.name, .damaged("is cut short"))
                    }
                }
                report.bytes += count
            case .symbolicLink(let place):
                _ = try add(entry.name, .link(place))
            case .hardLink(let place):
                try addHardLink(entry.name, to: place)
            }
        }
    }

    private func extractZip() throws {
        let directory = try ZipDirectory(of: file, limit: limits.entries)
        var stated = budget
        // Before anything is unpacked; that no entry holds more than it says is checked then.
        for (entry, _) in directory.entries {
            try checked(entry.name) { () throws(EntryFault) in try stated.take(entry.size) }
        }
        for (entry, range) in directory.entries {
            let content = ZipContent(file: file, entry: entry, range: range)
            let kind = try checked(entry.name) { () throws(EntryFault) in try entry.kind() }
            switch kind {
            case .folder:
                guard entry.size == 0 else { throw problem(entry.name, .damaged("is a folder and yet has content")) }
                try addFolder(entry.name, entry.mode == 0 ? 0o755 : entry.mode)
            case .file:
                try checkPrivileges(entry.name, entry.mode)
                let path = try add(entry.name, .file)
                let mode = entry.mode == 0 ? 0o644 : entry.mode & 0o7777
                report.bytes += try staging.makeFile(path, mode: mode) { try content.pass(to: $0) }
            case .symbolicLink:
                guard entry.size < 4096 else { throw problem(entry.name, .overLimit("is a link to a very long path")) }
                var place: [UInt8] = []
                try content.pass { place += $0 }
                _ = try add(entry.name, .link(place))
            }
            progress(range.upperBound)
        }
    }

    private func checkPrivileges(_ name: [UInt8], _ mode: UInt32) throws {
        guard mode & 0o6000 == 0 else {
            throw problem(name, .unsafe("runs with the rights of its owner or group (set-user-ID or set-group-ID)"))
        }
    }

    private func addFolder(_ name: [UInt8], _ mode: UInt32) throws {
        let path = try add(name, .folder)
        if path != .root { try staging.setPermissions(of: path, mode) }
    }

    private func addHardLink(_ name: [UInt8], to place: [UInt8]) throws {
        let limits = limits
        let existing = try checked(name) { () throws(EntryFault) in
            do throws(EntryFault) { return try EntryPath(place, limits) } catch {
                throw EntryFault(kind: error.kind, message: "is a link to a place that \(error.message)")
            }
        }
        guard tree[existing] == .file else {
            throw problem(name, .unsafe("is a hard link to something that is no earlier file of the archive"))
        }
        try staging.makeLink(try add(name, .file), to: existing)
        report.files -= 1
        report.links += 1
    }

    private func makeSymbolicLink(_ link: EntryPath) throws {
        guard case .link(let place) = tree[link] else { return }
        let tree = tree
        try checked(link.bytes) { () throws(EntryFault) in try tree.checkLink(link) }
        try staging.makeSymbolicLink(link, to: place)
        try Task.checkCancellation()
    }

    /// Takes an entry into the tree, makes the folders it needs, and counts it.
    private func add(_ name: [UInt8], _ node: EntryTree.Node) throws -> EntryPath {
        let path: EntryPath
        let added: (isNew: Bool, folders: [EntryPath])
        do throws(EntryFault) {
            path = try EntryPath(name, limits)
            added = try tree.add(path, node)
            guard tree.count <= limits.entries else {
                throw .overLimit("is one too many; \(limits.entries) are allowed")
            }
        } catch {
            throw problem(name, error)
        }
        for folder in added.folders { try staging.makeFolder(folder) }
        report.folders += added.folders.count
        guard added.isNew else { return path }
        switch node {
        case .folder:
            try staging.makeFolder(path)
            report.folders += 1
        case .file: report.files += 1
        case .link: report.links += 1
        }
        return path
    }

    private func checked<Result>(_ name: [UInt8], _ body: () throws(EntryFault) -> Result) throws -> Result {
        do throws(EntryFault) { return try body() } catch { throw problem(name, error) }
    }

    private func problem(_ name: [UInt8]?, _ fault: EntryFault) -> EntryProblem {
        EntryProblem(name: name, fault: fault)
    }
}
