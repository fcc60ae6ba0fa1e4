extension ValueReader {
    /// The items of a list, of which there must be `count`.
    ///
    /// An item for which `read` returns nil is left out: its mistake is on record.
    package func list<Item>(
        count: ClosedRange<Int> = 0...Int.max, _ read: (ValueReader) -> Item?
    ) -> [Item]? {
        guard case .sequence(let items) = node.kind else {
            wrongKind("a list")
            return nil
        }
        guard count.contains(items.count) else {
            mistake("\(label) has \(Self.items(items.count)), but must have \(Self.words(count))")
            return nil
        }
        return items.compactMap { read(child($0, "an item of \(label)")) }
    }

    private static func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

    private static func words(_ count: ClosedRange<Int>) -> String {
        if count.upperBound == .max { return "at least \(count.lowerBound)" }
        return count.lowerBound == count.upperBound
            ? "exactly \(count.lowerBound)" : "from \(count.lowerBound) to \(count.upperBound)"
    }

    /// A mapping of known keys; those that `read` did not ask for are mistakes.
    package func mapping<Value>(_ read: (MappingReader) -> Value?) -> Value? {
        guard case .mapping(let entries) = node.kind else {
            wrongKind("a mapping")
            return nil
        }
        let reader = MappingReader(entries, of: self)
        let value = read(reader)
        reader.reportUnknownKeys()
        return value
    }

    /// A mapping whose keys are free, such as names of services, in file order.
    ///
    /// `read` gets a reader of the key, to check it or point at it, and one of the value. An entry for which it returns
    /// nil is left out: its mistake is on record.
    package func entries<Value>(
        _ read: (_ key: ValueReader, _ value: ValueReader) -> Value?
    ) -> [(name: String, value: Value)]? {
        guard case .mapping(let entries) = node.kind else {
            wrongKind("a mapping")
            return nil
        }
        return entries.compactMap { entry in
            let key = child(entry.key, "the key \(quoted(entry.name)) of \(label)")
            return read(key, child(entry.value, quoted(entry.name))).map { (entry.name, $0) }
        }
    }

    func child(_ node: YAMLNode, _ label: String) -> ValueReader {
        ValueReader(node, mistakes, label: label, alias: alias)
    }
}
