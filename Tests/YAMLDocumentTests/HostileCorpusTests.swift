import Foundation
import Testing

@testable import YAMLDocument

@Suite("Hostile files")
struct HostileCorpusTests {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        struct Part: Decodable, Sendable {
            private struct Hexadecimal: Decodable {
                let hex: String
                let times: Int
            }

            let bytes: [UInt8]
            let times: Int

            init(from decoder: any Decoder) throws {
                if var pair = try? decoder.unkeyedContainer() {  // a failure means the other form
                    bytes = Array(try pair.decode(String.self).utf8)
                    times = try pair.decode(Int.self)
                } else {
                    let part = try Hexadecimal(from: decoder)
                    let digits = Array(part.hex)
                    bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                        UInt8(String(digits[$0...$0 + 1]), radix: 16)
                    }
                    times = part.times
                }
            }
        }

        let id: String
        let name: String
        let bytes: Int
        let parts: [Part]
        let expect: String
        let lines: [Int]?
        let column: Int?
        let values: [[JSON]]?

        var testDescription: String { "\(id) \(name)" }
        var content: [UInt8] {
            var content: [UInt8] = []
            content.reserveCapacity(bytes)
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
        guard let url = Bundle.module.url(forResource: "hostile", withExtension: "jsonl"),
            let text = try? String(contentsOf: url, encoding: .utf8)  // an empty table fails the test of its length
        else { return [] }
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }()

    @Test("the corpus is read in full")
    func corpus() {
        #expect(Self.rows.count == 52)
        for row in Self.rows { #expect(row.content.count == row.bytes, "\(row.id)") }
    }

    @Test("is read right or refused with a place, in time", arguments: rows)
    func outcome(of row: Row) throws {
        let content = row.content
        let clock = ContinuousClock()
        var result: Result<YAMLNode, YAMLMistake> = .failure(YAMLMistake(at: SourcePosition(file: ""), "not run"))
        let time = clock.measure {
            result = Result { () throws(YAMLMistake) in try YAMLDocument.parse(bytes: content, file: row.name) }
        }
        #expect(time < .seconds(1))
        switch result {
        case .success(let root):
            #expect(row.expect != "error")
            if let values = row.values { #expect(values.contains([JSON(root)])) }
        case .failure(let mistake):
            #expect(row.expect != "ok")
            #expect(mistake.description.hasPrefix("\(row.name):\(mistake.position.line):\(mistake.position.column): "))
            if let lines = row.lines { #expect(lines.contains { abs($0 - mistake.position.line) <= 1 }) }
            if let column = row.column, row.lines?.count == 1 { #expect(mistake.position.column == column) }
        }
    }
}
