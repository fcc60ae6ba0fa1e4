import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads where the code of a plugin is: `command:`, and `kind:`, which says how it is spoken to.
struct ProgramReader {
    /// The manifest.
    let file: FilePath
    /// The names of the plugins of this build.
    let compiledIn: Set<String>
    /// The names of the plugins found so far.
    let known: Set<String>

    /// A word of the command and where it stands.
    private typealias Word = (reader: ValueReader, text: String)

    /// The program; nil, with a mistake on record, where nobody can tell or where it cannot be trusted.
    ///
    /// Without `parameters`, which are faulty then, nothing is said of their places in the command.
    func read(
        _ map: MappingReader, _ name: String?, _ nameReader: ValueReader?, parameters: [PluginParameter]?
    ) -> PluginProgram? {
        let commandReader = map.optional("command")
        let kindReader = map.optional("kind")
        let kind = kindReader.map { $0.choice(PluginKind.self) } ?? .events
        let command = commandReader?.list(count: 1...100) { reader in (reader, reader.text()) }
        guard let name, let nameReader else { return nil }
        guard commandReader != nil else {
            kindReader?.mistake("'kind' says what a program speaks; name the program with 'command:', or remove 'kind'")
            return withoutCommand(map, name, nameReader)
        }
        if compiledIn.contains(name) || known.contains(name) {
            nameReader.mistake("there is a plugin '\(name)' already; give this one another name")
            return nil
        }
        let words = (command ?? []).compactMap { reader, text in text.map { Word(reader, $0) } }
        guard let command, words.count == command.count, let path = program(words, map) else { return nil }
        switch kind {
        case nil: return nil
        case .events: return .executable(path: path.string, arguments: words.dropFirst().map(\.text))
        case .nagios:
            if let parameters { refuseMisplaced(parameters, in: words) }
            return .check(path: path.string, arguments: words.dropFirst().map { CommandWord($0.text) })
        }
    }

    private func withoutCommand(_ map: MappingReader, _ name: String, _ nameReader: ValueReader) -> PluginProgram? {
        if map.isGiven("command") || map.isMistyped("command", known: ManifestReader.keys) { return nil }
        if compiledIn.contains(name) { return .compiledIn }
        nameReader.mistake(
            "the plugin '\(name)' is not part of this build, so it needs a 'command:', such as [./run.py]",
            suggestion: Suggestion.didYouMean(name, among: compiledIn.sorted()))
        return nil
    }

    private func program(_ words: [Word], _ map: MappingReader) -> FilePath? {
        guard let first = words.first, let path = first.reader.path(from: file.removingLastComponent()) else {
            return nil
        }
        let trust = ProgramTrust(manifest: file)
        if let fault = trust.fault(ofFile: file) {
            map.whole.mistake(fault)
        } else if let fault = trust.fault(ofProgram: path, written: first.text) {
            first.reader.mistake(fault)
        } else {
            return path
        }
        return nil
    }

    // MARK: Checks

    private func refuseMisplaced(_ parameters: [PluginParameter], in words: [Word]) {
        var placed: Set<String> = []
        for place in words.dropFirst() {
            let word = CommandWord(place.text)
            check(word, place, parameters)
            placed.formUnion(word.parameters)
        }
        if let unplaced = parameters.first(where: { !placed.contains($0.name) }) {
            words.first?.reader.mistake(
                "the parameter '\(unplaced.name)' has no place in the command; put it there as {\(unplaced.name)}")
        }
    }

    /// Refuses places that no parameter fits into.
    private func check(_ word: CommandWord, _ place: Word, _ parameters: [PluginParameter]) {
        var lists = 0
        for name in word.parameters {
            let offset = place.text.range(of: "{\(name)}").map {
                place.text.unicodeScalars.distance(from: place.text.startIndex, to: $0.lowerBound)
            }
            func mistake(_ text: String, suggestion: String? = nil) {
                place.reader.mistake(text, offset: offset, suggestion: suggestion)
            }
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                mistake(
                    "there is no parameter '\(name)' to put here; a brace that is meant as such is written '{{'",
                    suggestion: Suggestion.didYouMean(name, among: parameters.map(\.name)))
                continue
            }
            let kinds = [parameter.kind] + (parameter.kind == .array ? parameter.items.map(\.kind) : [])
            if parameter.kind == .array { lists += 1 }
            if kinds.contains(.object) || kinds.dropFirst().contains(.array) {
                mistake("'\(name)' is not one text or number, and has no place in a command")
            } else if word.parts.count == 1, parameter.kind != .array, !parameter.isRequired,
                parameter.defaultValue == nil
            {
                mistake(
                    "'\(name)' may be missing, and the option before it would be left alone; give it a default, "
                        + "or write both as one word, such as --\(name)={\(name)}")
            }
        }
        if lists > 1 { place.reader.mistake("only one list fits into a word") }
    }
}
