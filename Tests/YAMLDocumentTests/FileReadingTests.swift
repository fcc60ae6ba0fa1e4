import Foundation
import Testing

@testable import YAMLDocument

@Suite("Files on disk")
final class FileReadingTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "yaml-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)  // nothing to be done about a folder that stays
    }

    private func write(_ text: String, name: String) -> String {
        let path = "\(folder)/\(name)"
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
        return path
    }

    private func failure(_ path: String, limits: YAMLLimits = .configuration) -> YAMLReadError? {
        do throws(YAMLReadError) {
            _ = try YAMLDocument.read(path: path, name: "f.yaml", limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test("a file is read, and named as the user did")
    func readable() throws {
        let root = try YAMLDocument.read(path: write("a: 1\n", name: "a.yaml"), name: "conf/a.yaml")
        #expect(root["a"]?.position.description == "conf/a.yaml:1:4")
    }

    @Test("a mistake inside keeps its place")
    func mistake() {
        let error = failure(write("a: 1\na: 2\n", name: "a.yaml"))
        #expect(error?.description == "f.yaml:2:1: error: the key 'a' is given twice, first on line 1")
    }

    @Test("what is not a file is refused at once and said to be so")
    func obstacles() throws {
        #expect(failure("\(folder)/none.yaml") == .unreadable(file: "f.yaml", .missing))
        #expect(failure("") == .unreadable(file: "f.yaml", .missing))
        let file = write("a: 1", name: "a.yaml")
        #expect(failure("\(file)/b.yaml") == .unreadable(file: "f.yaml", .missing))
        #expect(failure("\(file)\0") == .unreadable(file: "f.yaml", .missing))
        #expect(failure(folder) == .unreadable(file: "f.yaml", .folder))
        #expect(failure("/dev/zero") == .unreadable(file: "f.yaml", .notAFile))
        #expect(mkfifo("\(folder)/fifo", 0o600) == 0)
        #expect(failure("\(folder)/fifo") == .unreadable(file: "f.yaml", .notAFile))
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/loop", withDestinationPath: "loop")
        #expect(failure("\(folder)/loop")?.description.contains("symbolic links") == true)
        #expect(failure("\(folder)/none.yaml")?.description == "f.yaml:1:1: error: there is no such file")
    }

    @Test("a file without permission is refused", .enabled(if: geteuid() != 0))
    func denied() {
        let path = write("a: 1", name: "a.yaml")
        #expect(chmod(path, 0) == 0)
        #expect(failure(path) == .unreadable(file: "f.yaml", .denied))
    }

    @Test("a file over the limit is refused, also one that claims to be empty")
    func size() {
        let path = write("abcdefgh", name: "a.yaml")
        #expect(failure(path, limits: YAMLLimits(bytes: 8)) == nil)
        #expect(failure(path, limits: YAMLLimits(bytes: 7))?.description.contains("larger") == true)
        #expect(failure("/proc/self/status", limits: YAMLLimits(bytes: 7))?.description.contains("larger") == true)
    }

    @Test("a collector reads files and keeps their mistakes in order")
    func collector() {
        let mistakes = MistakeCollector()
        let good = mistakes.read(path: write("a: x\nb: y\n", name: "a.yaml"), name: "a.yaml")
        #expect(mistakes.read(path: "\(folder)/none.yaml", name: "none.yaml")?.node == nil)
        let pair = good?.mapping { map in [map.required("b")?.integer(), map.required("a")?.integer()] }
        #expect(pair == [nil, nil])
        #expect(
            mistakes.mistakes.map(\.description) == [
                "none.yaml:1:1: error: there is no such file",
                "a.yaml:1:4: error: 'a' must be a whole number, but is the text 'x'",
                "a.yaml:2:4: error: 'b' must be a whole number, but is the text 'y'",
            ])
    }
}
