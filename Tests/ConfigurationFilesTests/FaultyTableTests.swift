import Foundation
import Testing

@testable import ConfigurationFiles

/// A valid instance in which some files are replaced, and what is to be said of it.
struct FaultyCase: Sendable, CustomTestStringConvertible {
    let name: String
    var files: [String: String] = [:]
    var mistakes: [String] = []

    var testDescription: String { name }

    /// The cases of `faulty.txt`: `=== name`, then `>>> path` and its text for each file, then `<<<` and the mistakes.
    static let all: [FaultyCase] = {
        guard let url = Bundle.module.url(forResource: "faulty", withExtension: "txt"),
            let text = try? String(contentsOf: url, encoding: .utf8)  // an empty table fails the test of its length
        else { return [] }
        return ("\n" + text).components(separatedBy: "\n=== ").dropFirst().map(FaultyCase.init)
    }()

    private init(_ block: String) {
        let parts = block.components(separatedBy: "\n<<<\n")
        var sections = parts[0].components(separatedBy: "\n>>> ")[...]
        name = sections.popFirst() ?? ""
        for section in sections {
            let lines = section.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            files[String(lines[0])] = lines.count > 1 && !lines[1].isEmpty ? lines[1] + "\n" : ""
        }
        mistakes = parts.count > 1 ? parts[1].split(separator: "\n").map(String.init) : []
    }
}

@Suite("Faulty configurations")
struct FaultyTableTests {
    @Test("the table is read in full")
    func table() {
        #expect(FaultyCase.all.count == 162)
        #expect(FaultyCase.all.allSatisfy { !$0.mistakes.isEmpty && !$0.files.isEmpty })
    }

    @Test("each mistake is named at its line and column", arguments: FaultyCase.all)
    func mistakes(of faulty: FaultyCase) throws {
        let scratch = try Scratch.instance(faulty.files)
        #expect(scratch.mistakes() == faulty.mistakes)
    }
}
