/// Reads the known keys of a mapping and remembers which were asked for, to find the unknown ones.
package final class MappingReader {
    /// The mapping itself, to record mistakes that concern more than one key.
    package let whole: ValueReader

    private let values: [String: YAMLEntry]
    private let names: [String]
    private var asked: [String] = []

    init(_ entries: [YAMLEntry], of whole: ValueReader) {
        self.whole = whole
        names = entries.map(\.name)
        values = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the key is given, with or without a value; asking does not make it known.
    package func has(_ key: String) -> Bool { values[key] != nil }

    /// The value of a key that must be there; a mistake where it is missing or null.
    package func required(_ key: String) -> ValueReader? {
        asked.append(key)
        guard let entry = values[key] else {
            whole.mistake("the key '\(key)' is missing")
            return nil
        }
        return entry.value.isNull ? refuseEmpty(entry) : reader(entry)
    }

    /// The value of a key that may be absent; nil where it is, or is an explicit `null` or `~`.
    ///
    /// A key with nothing after it is a mistake: a value that was forgotten must not become the default in silence.
    package func optional(_ key: String) -> ValueReader? {
        asked.append(key)
        guard let entry = values[key] else { return nil }
        guard entry.value.isNull else { return reader(entry) }
        if case .scalar(let scalar) = entry.value.kind, scalar.text.isEmpty { return refuseEmpty(entry) }
        return nil
    }

    /// Makes keys known that are read elsewhere.
    package func ignore(_ keys: String...) { asked += keys }

    private func reader(_ entry: YAMLEntry) -> ValueReader { whole.child(entry.value, quoted(entry.name)) }

    private func refuseEmpty(_ entry: YAMLEntry) -> ValueReader? {
        let reader = reader(entry)
        reader.record("\(quoted(entry.name)) has no value; give one, or remove the key", at: entry.key.position)
        return nil
    }

    func reportUnknownKeys() {
        whole.mistakes.noteKeys(asked, at: whole.node.position)
        let known = Set(asked)
        for name in names where !known.contains(name) {
            guard let key = values[name]?.key else { continue }
            let free = asked.filter { !has($0) }  // a key that is given already was not meant
            let list = asked.isEmpty || asked.count > 12 ? "" : "; known here: \(asked.joined(separator: ", "))"
            let nearest = Suggestion.didYouMean(name, among: free)
            whole.child(key, "").mistake(
                "unknown key \(quoted(name))\(nearest == nil ? list : "")", suggestion: nearest)
        }
    }
}
