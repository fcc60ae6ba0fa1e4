import Foundation
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Mutations of a valid configuration")
struct MutationTests {
    /// Files in which every key that Ronde knows stands at least once.
    static let files = [
        "ronde.yaml": """
        timezone: Europe/Paris
        language: fr
        folders:
          schedules: schedules
          plugins: [plugins]
          state: var/state
          reports: var/reports
        services:
          api:
            title: Users API
            url: http://127.0.0.1:5000
            databases:
              main:
                sqlite: var/api/test.db
            backups: {daily: var/backups, weekly: var/weekly, monthly: var/archives}
            thresholds:
              response_time: 2s
              users: 45000
              database_size: 100MB
              cpu: 80%
              memory: 500MB
        """ + "\n",
        "schedules/weekly.yaml": """
        checklist: weekly
        title: Weekly maintenance
        service: api
        schedule:
          cron: "0 2 * * 0"
          timezone: Europe/Paris
          missed: {run: latest, within: 3d}
          overlap: skip
          jitter: 0s
        time_limit: 15m
        tasks:
          - task: prepare
            plugin: probe
            with:
              word: abc
              colour: green
              count: 3
              share: 1.5
              quick: true
              wait: 5s
              limit: 5MB
              full: 5%
              names: [red, green]
              places:
                - path: /a
                  name: first
              box: {side: 3}
          - task: backup
            title: Copy all
            plugin: backup
            needs: [prepare]
            time_limit: 10m
            with: {tier: weekly, keep: 4}
            retry: {attempts: 3, delay: 30s, backoff: 2}
          - task: look
            plugin: disk
            with: {level: 3, sort: fast}
        """ + "\n",
        "plugins/disk/plugin.yaml": """
        name: disk
        summary: Looks how full the disk is
        command: [./check.sh, --all]
        requires: [database]
        locks: {database: shared}
        time_limit: 5m
        dry_run: true
        parameters:
          level:
            type: integer
            minimum: 1
            maximum: 9
            default: 2
            description: how full
          sort:
            type: string
            enum: [fast, slow]
            required: true
          path:
            type: string
            pattern: "/.*"
            default: /data
          places:
            type: array
            items: {type: string}
            default: [a]
          box:
            type: object
            properties:
              side: {type: integer, default: 2}
        """ + "\n",
    ]

    /// Mappings whose keys people choose.
    static let freeMappings: Set = ["services", "databases", "parameters", "properties", "locks"]

    struct Place {
        let keyPosition: SourcePosition?
        let key: String
        let hasFreeKey: Bool
        let value: YAMLNode
    }

    static func places(in node: YAMLNode, below parent: String = "") -> [Place] {
        switch node.kind {
        case .scalar: []
        case .sequence(let items):
            items.flatMap { [Place(keyPosition: nil, key: "", hasFreeKey: true, value: $0)] + places(in: $0) }
        case .mapping(let entries):
            entries.flatMap { entry in
                [
                    Place(
                        keyPosition: entry.key.position, key: entry.name, hasFreeKey: freeMappings.contains(parent),
                        value: entry.value)
                ] + places(in: entry.value, below: entry.name)
            }
        }
    }

    static func typos(of key: String) -> [String] {
        var swapped = Array(key)
        swapped.swapAt(1, 2)
        return [key + "x", String(key.dropLast()), String(swapped)].filter { $0 != key }
    }

    @Test("a valid configuration has no mistake to begin with")
    func valid() throws {
        #expect(try Scratch.instance(Self.files).mistakes() == [])
    }

    @Test("a typo in any key is named at the key, with the key that was meant", arguments: files.keys.sorted())
    func keys(of file: String) throws {
        let scratch = try Scratch.instance(Self.files)
        let text = try #require(Self.files[file])
        var count = 0
        for place in Self.places(in: try YAMLDocument.parse(bytes: Array(text.utf8), file: file)) {
            guard let position = place.keyPosition, !place.hasFreeKey else { continue }
            for typo in Self.typos(of: place.key) {
                let mutated = SourceLines(text).replacing(place.key, at: position, with: typo)
                try scratch.write(file, mutated)
                let mistakes = scratch.loader.check(scratch.path("ronde.yaml"), and: [])
                let here = mistakes.filter { $0.message.hasPrefix("unknown key") }
                #expect(here.map(\.position) == [position], "\(typo): \(mistakes)")
                #expect(here.first?.suggestion == place.key, "\(typo): \(mistakes)")
                let others = mistakes.filter { !$0.message.hasPrefix("unknown key") }
                #expect(
                    others.allSatisfy {
                        $0.position.file == file && $0.message == "the key '\(place.key)' is missing"
                    }, "\(typo): \(mistakes)")
                count += 1
            }
        }
        #expect(count >= 40)
    }

    @Test("a value of the wrong type is named at the value, and nothing else is", arguments: files.keys.sorted())
    func values(of file: String) throws {
        let scratch = try Scratch.instance(Self.files)
        let text = try #require(Self.files[file])
        var count = 0
        for place in Self.places(in: try YAMLDocument.parse(bytes: Array(text.utf8), file: file)) {
            for wrong in Self.wrongValues(for: place.value) {
                let (mutated, position) = SourceLines(text).replacing(place, with: wrong)
                try scratch.write(file, mutated)
                let mistakes = scratch.loader.check(scratch.path("ronde.yaml"), and: [])
                #expect(!mistakes.isEmpty, "\(place.key) \(wrong)\n\(mutated)")
                #expect(
                    mistakes.allSatisfy { $0.position == position }, "\(place.key) \(wrong) \(position) \(mistakes)")
                count += 1
            }
        }
        #expect(count >= 40)
    }

    /// Flow collections for scalars, a text too where it was a number, and a scalar for collections.
    static func wrongValues(for node: YAMLNode) -> [String] {
        switch node.kind {
        case .mapping, .sequence: return ["seven", "7"]
        case .scalar(let scalar):
            if case .text = scalar.value { return ["[1]", "{a: 1}"] }
            return ["[1]", "{a: 1}", "seven"]
        }
    }
}

/// Replaces parts of a text by their line and column.
private struct SourceLines {
    private var lines: [String]

    init(_ text: String) { lines = text.components(separatedBy: "\n") }

    func replacing(_ word: String, at position: SourcePosition, with other: String) -> String {
        var lines = lines
        let line = lines[position.line - 1]
        let before = line.prefix(position.column - 1)
        lines[position.line - 1] = before + other + line.dropFirst(position.column - 1 + word.count)
        return lines.joined(separator: "\n")
    }

    /// The text with another value, and where that value begins.
    func replacing(_ place: MutationTests.Place, with other: String) -> (String, SourcePosition) {
        let node = place.value
        let start = node.position
        let rest = lines[start.line - 1].dropFirst(start.column - 1)
        if case .scalar(let scalar) = node.kind {
            let word = scalar.style == .doubleQuoted ? "\"\(scalar.text)\"" : scalar.text
            return (replacing(word, at: start, with: other), start)
        }
        if rest.hasPrefix("{") || rest.hasPrefix("[") {
            return (replacing(String(rest.prefix(Self.flowLength(rest))), at: start, with: other), start)
        }
        var lines = lines
        var end = start.line
        while end < lines.count, !lines[end].isEmpty, lines[end].prefix(while: { $0 == " " }).count >= start.column - 1
        {
            end += 1
        }
        guard let key = place.keyPosition else {
            let head = lines[start.line - 1].prefix(start.column - 1)
            lines.replaceSubrange(start.line - 1..<end, with: [head + other])
            return (lines.joined(separator: "\n"), start)
        }
        lines.removeSubrange(start.line - 1..<end)
        lines[key.line - 1] += " " + other
        return (lines.joined(separator: "\n"), key.advanced(columns: place.key.count + 2))
    }

    private static func flowLength(_ text: Substring) -> Int {
        var depth = 0
        for (index, character) in text.enumerated() {
            if "[{".contains(character) { depth += 1 }
            if "]}".contains(character) { depth -= 1 }
            if depth == 0 { return index + 1 }
        }
        return text.count
    }
}
