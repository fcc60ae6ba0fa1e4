import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Runner

/// The process of a compiled-in plugin, fed by hand.
@Suite(.timeLimit(.minutes(2)))
struct PluginHostProcessTests {
    struct Input: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let says: String
    }

    @Test(
        "a request that cannot be used is answered with a result, and ends unknown",
        arguments: [
            Input(testDescription: "nothing", bytes: [], says: "ended before a whole request line"),
            Input(
                testDescription: "half a line", bytes: Array(#"{"protocol":1"#.utf8),
                says: "ended before a whole request"),
            Input(testDescription: "no JSON", bytes: Array("hello\n".utf8), says: "unusable request"),
            Input(testDescription: "NUL and no UTF-8", bytes: [0, 0xFF, 0x0A], says: "unusable request"),
            Input(testDescription: "another thing", bytes: Array("{}\n".utf8), says: "is missing"),
            Input(testDescription: "too long", bytes: [UInt8](repeating: 120, count: 3_000_000), says: "longer than"),
        ])
    func unusable(_ input: Input) async throws {
        signal(SIGPIPE, SIG_IGN)
        let process = Process()
        let (given, said) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: Stage.ronde.string)
        process.arguments = ["plugin", "integrity"]
        (process.standardInput, process.standardOutput) = (given, said)
        try process.run()
        // It stops reading what is too long.
        try? given.fileHandleForWriting.write(contentsOf: Data(input.bytes))
        try given.fileHandleForWriting.close()
        let text = String(decoding: try said.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 3)
        #expect(text.contains(#""type":"result""#) && text.contains(input.says), "\(text)")
    }
}
