import Foundation
import Logging
import SystemPackage
import Testing

@testable import APIService

@Suite("The log file")
struct LogFileTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// All lines of all files, oldest first.
    private func lines(of name: String = "api.log") throws -> [String] {
        let numbers = try folder.names().compactMap { Int($0.dropFirst(name.count + 1)) }.sorted(by: >)
        let files = numbers.map { "\(name).\($0)" } + [name]
        return try files.flatMap { try folder.text($0).split(separator: "\n").map(String.init) }
    }

    @Test("no line is lost when files are renamed, and none is longer than its size allows")
    func rotation() async throws {
        let log = try LogFile(path: folder.file("api.log"), size: 512, count: 100)
        await withTaskGroup { group in
            for writer in 0..<4 {
                group.addTask {
                    for index in 0..<100 { log.write("writer \(writer) line \(index) of a hundred\n") }
                }
            }
        }
        let lines = try lines()
        #expect(lines.count == 400 && Set(lines).count == 400)
        for writer in 0..<4 {
            let own = lines.filter { $0.hasPrefix("writer \(writer) ") }
            #expect(own == (0..<100).map { "writer \(writer) line \($0) of a hundred" }, "in their order")
        }
        for name in try folder.names() { #expect(try folder.text(name).utf8.count <= 512) }
        #expect(try folder.names().count > 10)
    }

    @Test("no more files are kept than asked for, and the newest lines are in them")
    func count() throws {
        let log = try LogFile(path: folder.file("api.log"), size: 256, count: 3)
        for index in 0..<1_000 { log.write("line \(index)\n") }
        #expect(try folder.names() == ["api.log", "api.log.1", "api.log.2", "api.log.3"])
        let lines = try lines()
        #expect(lines == (1_000 - lines.count..<1_000).map { "line \($0)" })
    }

    @Test("a log that was there is continued, and a line longer than a file has one for itself")
    func continued() throws {
        try "before\n".write(toFile: folder.file("api.log").string, atomically: false, encoding: .utf8)
        let log = try LogFile(path: folder.file("api.log"), size: 256, count: 5)
        log.write("after\n")
        #expect(try folder.text("api.log") == "before\nafter\n")
        log.write(String(repeating: "x", count: 1_000) + "\n")
        log.write("last\n")
        #expect(try folder.text("api.log") == "last\n")
        #expect(try folder.text("api.log.1").count == 1_001)
    }

    @Test("a file that someone moved or removed is made again")
    func moved() throws {
        let log = try LogFile(path: folder.file("api.log"), size: 10_240, count: 5)
        log.write("one\n")
        try #require(rename(folder.file("api.log").string, folder.file("moved").string) == 0)
        log.write("two\n")
        #expect(try folder.text("moved") == "one\n" && folder.text("api.log") == "two\n")
        try #require(unlink(folder.file("api.log").string) == 0)
        log.write("three\n")
        #expect(try folder.text("api.log") == "three\n")
    }

    @Test("on a full disk lines wait, and are there once it has room again")
    func fullDisk() throws {
        let link = folder.file("api.log").string
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/full")
        let log = try LogFile(path: folder.file("api.log"), size: 256, count: 5)
        for index in 0..<40 { log.write("line \(index)\n") }
        try #require(unlink(link) == 0)
        log.write("room\n")
        #expect(try lines() == (0..<40).map { "line \($0)" } + ["room"])
    }

    @Test("an event is one line in the runbook's form, whatever it holds")
    func form() throws {
        let log = RecordedLog()
        let logger = Logger(label: "test") { _ in LineLogger(sink: log, level: .info) }
        logger.info("plain", metadata: ["key": "value"])
        logger.error("two\nlines \u{1b}[31m and a bell \u{7}")
        logger.debug("not shown")
        #expect(log.lines.count == 2)
        let form = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO: plain key=value \[in LogFileTests\.swift:\d+\]\n/
        #expect(log.lines[0].wholeMatch(of: form) != nil, "\(log.lines[0])")
        #expect(log.lines[1].contains("ERROR: two\\nlines \\u{1B}[31m"), "\(log.lines[1])")
        #expect(log.lines[1].filter { $0 == "\n" }.count == 1)
    }

    @Test("a folder that is not there is a fault at the start")
    func missingFolder() throws {
        let fault = try #require(throws: StartFault.self) {
            try LogFile.open(at: folder.file("none/api.log").string, size: 1_000, count: 1)
        }
        #expect(fault.exitStatus == 74 && fault.description.contains("none/api.log"))
    }
}
