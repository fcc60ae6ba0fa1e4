import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import Globbing

@Suite("Patterns of names and paths")
struct GlobbingTests {
    @Test(
        "fit names as the shell has it",
        arguments: [
            ("*", "a.log", true), ("*", ".hidden", false), (".*", ".hidden", true), ("*.log", "a.log", true),
            ("*.log", "a.log.1", false), ("a?c", "abc", true), ("a?c", "aéc", true), ("a?c", "ac", false),
            ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("[]x", "[]x", true),
            ("[]]x", "]x", true), ("\\*", "*", true), ("\\*", "a", false), ("", "", true), ("", "a", false),
            ("**", "abc", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("[a-]", "-", true),
            ("a*", "a", true), ("*a", "ba", true), ("[z-a]", "b", false), ("a[", "a[", true),
        ])
    func names(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }

    @Test("take time in proportion to name and pattern, however many stars there are")
    func stars() {
        let pattern = NamePattern(String(repeating: "*a", count: 60) + "b")
        let time = ContinuousClock().measure { #expect(!pattern.matches(String(repeating: "a", count: 255))) }
        #expect(time < .seconds(5))
    }

    @Test("find what there is, sorted, up to a limit")
    func paths() throws {
        let folder = FilePath(FileManager.default.temporaryDirectory.path).appending("globbing-\(UUID().uuidString)")
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        defer { try? Folder.removeTree(folder) }
        for name in ["a/x.log", "a/y.log", "b/x.log", "c/x.txt", "a/.x.log"] {
            let path = folder.appending(name)
            try Folder.create(Folder.parent(of: path))
            try DurableFile.write([1], to: path, permissions: .ownerReadWrite)
        }
        try DurableFile.write([1], to: folder.appending("d"), permissions: .ownerReadWrite)
        func found(_ text: String, limit: Int = 100) throws -> [String] {
            try PathPattern("\(folder)/\(text)").paths(limit: limit).paths.map {
                String($0.string.dropFirst(folder.string.count + 1))
            }
        }
        #expect(try found("*/*.log") == ["a/x.log", "a/y.log", "b/x.log"])
        #expect(try found("*/x.log") == ["a/x.log", "b/x.log"])
        #expect(try found("*/*.log", limit: 2) == ["a/x.log", "a/y.log"])
        #expect(try PathPattern("\(folder)/*/*.log").paths(limit: 2).areMore)
        #expect(try found("none/*.log").isEmpty && found("none/x").count == 1)
        #expect(try PathPattern(literally: "\(folder)/*").paths(limit: 9).paths == [folder.appending("*")])
        #expect(try PathPattern("\(folder)/*/x.log").fits("\(folder)/new/x.log"))
        #expect(try !PathPattern("\(folder)/*/x.log").fits("\(folder)/x.log"))
    }

    @Test("are refused where they cannot be meant", arguments: ["a/b", "", "/a/../b", "/a/**/b", "/a\0b"])
    func refused(_ text: String) { #expect(throws: PathPattern.Fault.self) { try PathPattern(text) } }
}
