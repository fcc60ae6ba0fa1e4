import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("Extracting a tar archive", .timeLimit(.minutes(2)))
struct TarExtractionTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func extract(
        _ bytes: [UInt8], named name: String = "a.tar", limits: ExtractionLimits = ExtractionLimits()
    ) async throws -> ExtractionReport {
        try await SafeExtraction.extract(scratch.put(bytes, at: name), into: scratch("target"), limits: limits)
    }

    private static let refused: [(String, [UInt8], ArchiveError.Kind)] = [
        ("a path out in a pax header", Tar.pax("path=../x") + Tar.entry("a", "1"), .unsafe),
        ("an absolute path in a long name", Tar.longName("/tmp/x") + Tar.entry("a", "1"), .unsafe),
        ("a path out in the middle", Tar.entry("a/../../x", "1"), .unsafe),
        ("a path out with backslashes", Tar.entry("..\\..\\x", "1"), .unsafe),
        ("a NUL in a pax name", Tar.pax("path=a\u{0}b") + Tar.entry("a", "1"), .unsafe),
        ("a newline in a name", Tar.entry("a\nb", "1"), .unsafe),
        ("a link out", Tar.link("l", to: "../../etc"), .unsafe),
        ("a link out by way of another", Tar.link("a/b", to: ".") + Tar.link("l", to: "a/b/../.."), .unsafe),
        ("a link out by way of a link down", Tar.link("d", to: "x/y/z") + Tar.link("l", to: "d/../../../.."), .unsafe),
        ("links in a circle", Tar.link("a", to: "b") + Tar.link("b", to: "a"), .unsafe),
        ("an empty link", Tar.link("a", to: ""), .damaged),
        ("a file through a link", Tar.link("l", to: "d") + Tar.entry("l/x", "1"), .unsafe),
        ("a folder in the place of a link", Tar.link("l", to: "d") + Tar.header("l/", type: "5"), .unsafe),
        ("a file below a file", Tar.entry("a", "1") + Tar.entry("a/b", "1"), .unsafe),
        ("a file for the folder itself", Tar.entry(".", "1"), .unsafe),
        ("the same name twice", Tar.entry("a", "1") + Tar.entry("./a", "2"), .unsafe),
        ("a hard link out", Tar.link("h", to: "../sentinel", hard: true), .unsafe),
        ("a hard link to an absolute path", Tar.link("h", to: "/etc/passwd", hard: true), .unsafe),
        ("a hard link to nothing before it", Tar.link("h", to: "a", hard: true) + Tar.entry("a", "1"), .unsafe),
        ("a hard link to a link", Tar.link("l", to: "a") + Tar.link("h", to: "l", hard: true), .unsafe),
        ("a hard link to itself", Tar.link("h", to: "h", hard: true), .unsafe),
        ("a hard link with content", Tar.entry("a", "1") + Tar.header("h", size: 1, type: "1", link: "a"), .damaged),
        ("a character device", Tar.header("d", type: "3"), .unsafe),
        ("a block device", Tar.header("d", type: "4"), .unsafe),
        ("a named pipe", Tar.header("p", type: "6"), .unsafe),
        ("a program with its owner's rights", Tar.entry("s", "1", mode: 0o4755), .unsafe),
        ("a program with its group's rights", Tar.entry("s", "1", mode: 0o2755), .unsafe),
        ("a capability", Tar.pax("SCHILY.xattr.security.capability=1") + Tar.entry("a", "1"), .unsafe),
        ("a sparse file", Tar.pax("GNU.sparse.realsize=99") + Tar.entry("a", "1"), .unsupported),
        ("a kind that is not known", Tar.header("a", type: "Z"), .unsupported),
        ("a global name", Tar.pax("path=a", type: "g") + Tar.entry("b", "1"), .unsafe),
        ("a pax size that is negative", Tar.pax("size=-1") + Tar.entry("a", "1"), .damaged),
        (
            "a name too long for a file system",
            Tar.pax("path=" + String(repeating: "n", count: 256)) + Tar.entry("a", ""), .overLimit
        ),
        ("a path too deep", Tar.longName(String(repeating: "d/", count: 300) + "f") + Tar.entry("a", ""), .overLimit),
        ("a long name of a mebibyte", Tar.header("x", size: 2 << 20, type: "L"), .overLimit),
        ("a long name and nothing after it", Tar.longName("a"), .damaged),
    ]

    @Test("is refused for", arguments: refused.indices)
    func refuses(_ index: Int) async throws {
        let (name, bytes, kind) = Self.refused[index]
        try scratch.put([7], at: "sentinel")
        // After ordinary entries, so that there is something to take back.
        let all = Tar.entry("first/file", "1") + bytes + Tar.end
        for named in ["a.tar", "b.tar.gz"] {
            let stored = named == "a.tar" ? all : try await packed(all)
            let error = await #expect(throws: ArchiveError.self, "\(name)") { try await extract(stored, named: named) }
            #expect(error?.kind == kind, "\(name): \(error?.description ?? "")")
        }
        #expect(try scratch.entries == ["a.tar", "b.tar.gz", "sentinel"])
        #expect(try FileFacts.of(scratch("sentinel"), followingLinks: false)?.linkCount == 1)
    }

    private func packed(_ bytes: [UInt8], _ compression: Compression = .gzip) async throws -> [UInt8] {
        let source = try scratch.put(bytes, at: "source")
        try await _ = CompressedFile.compress(at: source, to: scratch("packed"), compression: compression)
        defer {
            for name in ["source", "packed"] { try? FileManager.default.removeItem(atPath: scratch(name).string) }
        }
        return try scratch.bytes(of: "packed")
    }

    @Test("is refused when it is cut anywhere or goes on after its end")
    func cut() async throws {
        let whole = Tar.entry("a", String(repeating: "a", count: 1000)) + Tar.entry("b", "1")
        for count in [1, 100, 511, 512, 700, 1536, 2048, whole.count - 1, whole.count] {
            await #expect(throws: ArchiveError.self) { try await extract(Array(whole[..<count])) }
        }
        for more in [[1], Tar.entry("c", "1"), [UInt8](repeating: 0, count: 10_000) + [1]] {
            await #expect(throws: ArchiveError.self) { try await extract(whole + Tar.end + more) }
        }
        #expect(try scratch.entries == ["a.tar"])
        #expect(try await extract(whole + Tar.end + Tar.end).files == 2)
    }

    @Test("is refused when a bit of a header is changed")
    func changedHeader() async throws {
        let whole = Tar.entry("a", "hello") + Tar.end
        // The checksum covers the header; its own field has bytes that mean nothing.
        for index in stride(from: 0, to: 512, by: 7) where !(148..<156).contains(index) {
            var changed = whole
            changed[index] ^= 1 << (index % 7)
            await #expect(throws: ArchiveError.self, "byte \(index)") { try await extract(changed) }
        }
        #expect(try scratch.entries == ["a.tar"])
    }

    @Test("keeps to its limits")
    func limits() async throws {
        var few = ExtractionLimits()
        few.entries = 2
        await #expect(throws: ArchiveError.self) { try await extract(Tar.entry("a/b/c", "") + Tar.end, limits: few) }
        #expect(try await extract(Tar.entry("a/b", "") + Tar.end, limits: few).files == 1)
        try Folder.removeTree(scratch("target"))
        var small = ExtractionLimits()
        small.bytes = 4096
        await #expect(throws: ArchiveError.self) {
            try await extract(Tar.entry("a", String(repeating: "a", count: 4096)) + Tar.end, limits: small)
        }
        var dense = ExtractionLimits()
        (dense.ratio, dense.unquestionedBytes) = (10, 4096)
        let bomb = try await packed(Tar.header("z", size: 1 << 20) + [UInt8](repeating: 0, count: 1 << 20) + Tar.end)
        await #expect(throws: ArchiveError.self) { try await extract(bomb, named: "z.tar.gz", limits: dense) }
        #expect(try await extract(bomb, named: "z.tar.gz").bytes == 1 << 20)
    }

    @Test("makes files, folders and links that are safe to have")
    func accepts() async throws {
        let report = try await extract(
            Tar.pax("comment=of git", type: "g") + Tar.header("./", type: "5", mode: 0o777)
                + Tar.header("d/", type: "5", mode: 0o2777) + Tar.entry("d/a", "hello", mode: 0o777)
                + Tar.link("d/up", to: "../d/a") + Tar.link("there", to: "d/none")
                + Tar.link("h", to: "d/a", hard: true)
                + Tar.header("old/") + Tar.pax("path=naïve") + Tar.entry("x", "") + Tar.end)
        #expect(report == ExtractionReport(format: "tar", files: 2, folders: 2, links: 3, bytes: 5))
        #expect(try scratch.bytes(of: "target/d/a") == Array("hello".utf8))
        #expect(try scratch.bytes(of: "target/d/up") == Array("hello".utf8))
        let facts = try #require(try FileFacts.of(scratch("target/h"), followingLinks: false))
        #expect(facts.linkCount == 2 && facts.permissions.rawValue & 0o7022 == 0)
        #expect(try FileFacts.of(scratch("target/d"), followingLinks: false)?.permissions.rawValue == 0o755)
        let top = try FileManager.default.contentsOfDirectory(atPath: scratch("target").string).sorted()
        #expect(top == ["d", "h", "naïve", "old", "there"])
    }

    @Test("of any format that tar writes gives the same tree", arguments: ["gnu", "pax", "ustar", "v7"])
    func formats(_ format: String) async throws {
        for name in ["src", "src/sub", "src/sub/empty"] {
            try FileManager.default.createDirectory(atPath: scratch(name).string, withIntermediateDirectories: false)
        }
        try scratch.put(sample(70_000), at: "src/one")
        try scratch.put([], at: "src/sub/nothing")
        if format == "gnu" || format == "pax" { try scratch.put([1], at: "src/" + String(repeating: "n", count: 200)) }
        _ = try Tool.output(
            "tar", "--format=" + format, "-C", scratch("src").string, "-czf", scratch("t.tgz").string, ".")
        _ = try await SafeExtraction.extract(scratch("t.tgz"), into: scratch("target"))
        #expect(try Tool.output("diff", "-r", scratch("src").string, scratch("target").string).isEmpty)
    }
}
