import YAMLDocument

/// The names that a file may refer to, with what they stand for.
///
/// A name whose own definition is faulty is known too, but stands for nothing: its mistake is on record, and a second one
/// at each place that uses the name would only hide it.
struct Known<Value> {
    /// What a name of this sort names: `service`.
    let kind: String
    private(set) var values: [String: Value] = [:]
    private(set) var faulty: Set<String> = []
    /// Whether every name is here; false where a part of the configuration that may have more could not be read.
    var isComplete = true

    init(_ kind: String) { self.kind = kind }

    /// Makes a name known; nil for one whose definition is faulty.
    mutating func add(_ name: String, _ value: Value?) {
        if let value { values[name] = value } else { faulty.insert(name) }
    }

    /// What the name in `reader` stands for; nil, with a mistake on record here or there, where it stands for nothing.
    func value(namedBy reader: ValueReader) -> Value? {
        guard let name = reader.text() else { return nil }
        if let value = values[name] { return value }
        guard isComplete, !faulty.contains(name) else { return nil }
        if reader.mistakes.omitted > 0 {
            // Only counted: guessing among many names for each of thousands would take seconds.
            reader.mistake("unknown")
        } else if values.isEmpty, faulty.isEmpty {
            reader.mistake("there is no \(kind) \(excerpt(name)), and no other: none is defined")
        } else {
            _ = reader.choice(of: (Array(values.keys) + faulty).sorted())
        }
        return nil
    }
}

/// A text from a file, in quotes and short enough for a message.
func excerpt(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(61)
    guard start.count > 60 else { return "'\(text)'" }
    return "'\(String(String.UnicodeScalarView(start.prefix(60))))…'"
}
