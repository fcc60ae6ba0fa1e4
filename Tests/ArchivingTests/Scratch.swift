import Archiving
import Foundation
import SystemPackage
import Testing

/// A folder for one test, removed when the test ends.
final class Scratch: Sendable {
    let path: FilePath

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-archiving-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
    }

    deinit {
        // The test is over; a folder that cannot be removed is a fault of the machine, which other tests report.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func callAsFunction(_ name: String) -> FilePath { path.appending(name) }

    var entries: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path.string).sorted() }
    }

    /// Writes a file by other means than those under test.
    @discardableResult
    func put(_ bytes: [UInt8], at name: String) throws -> FilePath {
        try Data(bytes).write(to: URL(fileURLWithPath: self(name).string))
        return self(name)
    }

    func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: self(name).string)))
    }

    /// Unpacks bytes that are put into a file first.
    func unpack(_ stored: [UInt8], as format: CompressedFormat? = nil, limit: Int = 1 << 30) throws -> [UInt8] {
        let path = try put(stored, at: "stored-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: path.string) }  // The whole folder goes later.
        var reader = try CompressedFileReader.open(path, as: format, limit: limit)
        var content: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 { content += buffer[..<count] }
        let facts = try reader.finish()
        #expect(facts.bytes == stored.count && facts.uncompressedBytes == content.count)
        return content
    }
}

/// A program of the system that reads a file and says something.
enum Tool {
    static func isPresent(_ name: String) -> Bool {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + name) }
    }

    static func output(_ arguments: String...) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return [UInt8](output)
    }
}

/// Bytes that are the same in every run: words that compress, or noise that does not.
func sample(_ count: Int, noise: Bool = false) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { index in
        if !noise && index % 7 < 5 { return UInt8(ascii: "a") + UInt8(index / 7 % 11) }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}
