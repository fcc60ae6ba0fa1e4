import Foundation
import Maintenance
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Hostile files as configuration")
struct HostileTests {
    /// A row of the corpus: parts of bytes, each as often as it says.
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        private struct Part: Decodable, Sendable {
            let bytes: [UInt8]
            let times: Int

            init(from decoder: any Decoder) throws {
                if var pair = try? decoder.unkeyedContainer() {  // a failure means the other form
                    bytes = Array(try pair.decode(String.self).utf8)
                    times = try pair.decode(Int.self)
                } else {
                    let part = try decoder.container(keyedBy: Keys.self)
                    let digits = Array(try part.decode(String.self, forKey: .hex))
                    bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                        UInt8(String(digits[$0...$0 + 1]), radix: 16)
                    }
                    times = try part.decode(Int.self, forKey: .times)
                }
            }

            private enum Keys: CodingKey { case hex, times }
        }

        let id: String
        let name: String
        private let parts: [Part]

        var testDescription: String { "\(id) \(name)" }
        var content: [UInt8] {
            var content: [UInt8] = []
            for part in parts {
                if part.bytes.count == 1 {  // ten million bytes one by one take seconds in a debug build
                    content += [UInt8](repeating: part.bytes[0], count: part.times)
                } else {
                    for _ in 0..<part.times { content += part.bytes }
                }
            }
            return content
        }
    }

    static let rows: [Row] = {
        // The rows of YAMLDocument's own tests: one copy is enough.
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appending(path: "YAMLDocumentTests/hostile.jsonl")
        // An empty table fails the test of its length.
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }()

    @Test("the corpus is read in full")
    func corpus() { #expect(Self.rows.count == 52) }

    @Test("ends soon in a mistake of that file", arguments: rows)
    func outcome(of row: Row) throws {
        let content = row.content
        for file in ["ronde.yaml", "schedules/weekly.yaml", "plugins/disk/plugin.yaml"] {
            let scratch = try Scratch.instance()
            try scratch.write(file, content)
            var mistakes: [String] = []
            let time = ContinuousClock().measure { mistakes = scratch.mistakes() }
            #expect(time < .seconds(2), "\(file)")  // a second on an idle machine, many times less when optimised
            #expect(!mistakes.isEmpty)
            #expect(mistakes.allSatisfy { $0.hasPrefix("\(file):") && $0.utf8.count < 1500 }, "\(mistakes.first ?? "")")
        }
    }

    @Test("ten thousand tasks are too many, and two hundred are not")
    func manyTasks() throws {
        func checklist(_ count: Int) -> String {
            let tasks = (0..<count).map { "  - {task: t\($0), plugin: vacuum, needs: [t\(($0 + 1) % count)]}\n" }
            return "checklist: many\nservice: api\ntasks:\n" + tasks.joined()
        }
        let scratch = try Scratch.instance(["schedules/weekly.yaml": checklist(10_000)])
        #expect(
            scratch.mistakes() == [
                "schedules/weekly.yaml:4:3: error: 'tasks' has 10000 items, but must have from 1 to 200"
            ])
        try scratch.write("schedules/weekly.yaml", checklist(200))
        #expect(scratch.mistakes().map { $0.hasPrefix("schedules/weekly.yaml:4:") } == [true])
        try scratch.write("schedules/weekly.yaml", checklist(200).replacing("needs: [t0]", with: "needs: []"))
        #expect(try scratch.loaded().checklists.first?.tasks.count == 200)
    }

    @Test("tasks that all need all, or thousands that are not there, are soon told")
    func denseNeeds() throws {
        func checklist(_ needs: (Int) -> [String]) -> String {
            let tasks = (0..<100).map { task in
                "  - {task: t\(task), plugin: vacuum, needs: [\(needs(task).joined(separator: ", "))]}\n"
            }
            return "checklist: many\nservice: api\ntasks:\n" + tasks.joined()
        }
        let all = checklist { task in (0..<100).filter { $0 != task }.map { "t\($0)" } }
        let scratch = try Scratch.instance(["schedules/weekly.yaml": all])
        let circles = scratch.mistakes()
        #expect((1...100).contains(circles.count))
        #expect(circles.allSatisfy { $0.contains("these tasks wait for each other: 't") })
        try scratch.write("schedules/weekly.yaml", checklist { _ in (0..<300).map { "x\($0)" } })
        #expect(scratch.mistakes().last?.hasSuffix("there are 29000 more mistakes, not shown") == true)
    }

    @Test("deep and wide values below 'with' are read, or refused where they are")
    func deepParameters() throws {
        func checklist(_ depth: Int) -> String {
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            return
                "checklist: deep\nservice: api\ntasks: [{task: a, plugin: probe, with: {word: a, free: {a: \(value)}}}]\n"
        }
        let scratch = try Scratch.instance(["schedules/weekly.yaml": checklist(100)])
        #expect(scratch.mistakes() == [])
        try scratch.write("schedules/weekly.yaml", checklist(200))
        #expect(scratch.mistakes().map { $0.contains("nested more than 128 deep") } == [true])
        let wide = (0..<30_000).map { "k\($0): {}" }.joined(separator: ", ")
        try scratch.write("schedules/weekly.yaml", checklist(0).replacing("a: }", with: "\(wide)}"))
        #expect(scratch.mistakes() == [])
    }

    @Test("a pattern that would keep a backtracking matcher busy for ever is soon done")
    func pattern() throws {
        let scratch = try Scratch.instance([
            "plugins/disk/plugin.yaml": Samples.disk
                + "parameters:\n  level: {type: string, pattern: '(a+)+b', default: \(String(repeating: "a", count: 4000))}\n"
        ])
        #expect(
            scratch.mistakes().map { $0.hasPrefix("plugins/disk/plugin.yaml:5:53: error: 'default': 'aaaa") } == [true])
    }
}
