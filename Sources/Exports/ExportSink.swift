import Archiving
import DurableFiles
import SystemPackage

/// Takes exported text into a compressed file, and gives up before the disk is full.
struct ExportSink: ~Copyable {
    /// What is to stay free on the disk, so that a full one does not stop the service.
    static let reserve = 16 << 20
    /// How many bytes of text pass between two looks at the disk.
    private static let interval = 8 << 20

    private let export: FilePath
    private let file: TemporaryFile
    private var writer: CompressedFileWriter
    private var sinceLook = 0

    /// - Parameters:
    ///   - path: the file.
    ///   - compression: how it is written.
    ///   - export: what the person asked for, which the file may be a part of.
    /// - Returns: the sink.
    /// - Throws: `FileError`, `ArchiveError`.
    static func create(
        _ path: FilePath, _ compression: Compression, of export: FilePath
    ) throws -> ExportSink {
        let file = try TemporaryFile.create(beside: path, permissions: .ownerReadWrite)
        let writer = try CompressedFileWriter.begin(compression, into: file.descriptor, path: path)
        return ExportSink(file: file, writer: writer, export: export)
    }

    private init(file: consuming TemporaryFile, writer: consuming CompressedFileWriter, export: FilePath) {
        self.export = export
        self.file = file
        self.writer = writer
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try Task.checkCancellation()
        try writer.write(bytes)
        sinceLook += bytes.count
        guard sinceLook >= Self.interval else { return }
        sinceLook = 0
        let free = try DiskSpace.available(at: file.path).availableBytes
        guard free >= Self.reserve else {
            throw ExportError.roomRanOut(export, available: free, reserve: Self.reserve)
        }
    }

    /// Makes the file whole and gives it its name.
    consuming func publish(as path: FilePath) throws -> CompressedFileFacts {
        let facts = try writer.finish()
        try file.publish(as: path, replacing: false)
        return facts
    }
}
