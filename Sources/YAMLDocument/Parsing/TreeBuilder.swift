/// Turns events into trees: resolves aliases, and refuses what a tree of configuration cannot have.
struct TreeBuilder: ~Copyable {
    /// What a node weighs with every alias below it counted in full.
    fileprivate struct Weight {
        var nodes = 1
        var text = 0
        /// Collections from here to the deepest leaf.
        var height = 0
    }

    private enum Anchor {
        /// Its value is still being read: an alias to it would never end.
        case open
        case complete(YAMLNode, Weight)
    }

    private var events: EventStream
    private let limits: YAMLLimits
    private var anchors: [String: Anchor] = [:]
    private var total = Weight(nodes: 0)

    init(_ events: consuming EventStream, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// All documents of the stream.
    mutating func documents() throws(YAMLMistake) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            let event = try events.next()
            switch event.step {
            case .streamEnd: return documents
            case .documentStart:
                guard documents.count < limits.documents else {
                    throw tooManyDocuments(at: event.position)
                }
                anchors = [:]
                documents.append(try node(try events.next(), depth: 0).0)
            default: continue
            }
        }
    }

    private mutating func node(_ event: ParseEvent, depth: Int) throws(YAMLMistake) -> (YAMLNode, Weight) {
        if case .alias(let name) = event.step { return try expand(name, at: event.position, depth: depth) }
        try count(Weight(), at: event.position)
        if let anchor = event.anchor { anchors[anchor] = .open }
        let (kind, weight): (YAMLNode.Kind, Weight)
        switch event.step {
        case .sequenceStart: (kind, weight) = try sequence(event, depth: depth + 1)
        case .mappingStart: (kind, weight) = try mapping(event, depth: depth + 1)
        case .scalar(let text, let style): (kind, weight) = try scalar(text, style, event)
        default: throw YAMLMistake(at: event.position, "a value was expected here")
        }
        let node = YAMLNode(kind, at: event.position)
        if let anchor = event.anchor { anchors[anchor] = .complete(node, weight) }
        return (node, weight)
    }

    // MARK: - Kinds

    private mutating func scalar(
        _ text: String, _ style: YAMLScalar.Style, _ event: ParseEvent
    ) throws(YAMLMistake) -> (YAMLNode.Kind, Weight) {
        let weight = Weight(text: text.utf8.count)
        try count(Weight(nodes: 0, text: weight.text), at: event.position)
        // Every escape and every fold is longer in the file than in the text, so equal lengths mean equal texts.
        let isVerbatim =
            style != .block && event.width == text.unicodeScalars.count + (style == .plain ? 0 : 2)
        let tag = try scalarTag(event)
        if let tag, YAMLValue(text: text, tagged: tag) == nil {
            throw YAMLMistake(at: event.position, "\(quoted(text)) does not fit its tag !!\(tag.rawValue)")
        }
        return (.scalar(YAMLScalar(text: text, style: style, tag: tag, isVerbatim: isVerbatim)), weight)
    }

    private mutating func sequence(
        _ event: ParseEvent, depth: Int
    ) throws(YAMLMistake) -> (YAMLNode.Kind, Weight) {
        try checkCollection(event, tag: "seq", depth: depth)
        var items: [YAMLNode] = []
        var weight = Weight(height: 1)
        while true {
            let next = try events.next()
            if case .sequenceEnd = next.step { return (.sequence(items), weight) }
            let (item, itemWeight) = try node(next, depth: depth)
            items.append(item)
            weight.add(itemWeight)
        }
    }

    private mutating func mapping(
        _ event: ParseEvent, depth: Int
    ) throws(YAMLMistake) -> (YAMLNode.Kind, Weight) {
        try checkCollection(event, tag: "map", depth: depth)
        var entries: [YAMLEntry] = []
        var lines: [String: Int] = [:]
        var weight = Weight(height: 1)
        while true {
            let next = try events.next()
            if case .mappingEnd = next.step { return (.mapping(entries), weight) }
            let (key, name, keyWeight) = try self.key(next, depth: depth)
            if let line = lines.updateValue(next.position.line, forKey: name) {
                throw YAMLMistake(at: next.position, "the key \(quoted(name)) is given twice, first on line \(line)")
            }
            let (value, valueWeight) = try node(try events.next(), depth: depth)
            entries.append(YAMLEntry(key: key, name: name, value: value))
            weight.add(keyWeight)
            weight.add(valueWeight)
        }
    }

    private mutating func key(
        _ event: ParseEvent, depth: Int
    ) throws(YAMLMistake) -> (YAMLNode, name: String, Weight) {
        let (node, weight): (YAMLNode, Weight)
        switch event.step {
        case .scalar, .alias: (node, weight) = try self.node(event, depth: depth)
        default: throw notAKey(at: event.position)
        }
        guard case .scalar(let scalar) = node.kind else { throw notAKey(at: event.position) }
        if scalar.text == "<<", scalar.style == .plain, scalar.tag == nil {
            throw YAMLMistake(
                at: event.position,
                "merge keys ('<<') are not read; write the keys out, or give the whole value an anchor and use its alias"
            )
        }
        return (node, scalar.text, weight)
    }

    private mutating func expand(
        _ name: String, at position: SourcePosition, depth: Int
    ) throws(YAMLMistake) -> (YAMLNode, Weight) {
        switch anchors[name] {
        case nil:
            throw YAMLMistake(
                at: position,
                "there is no anchor '&\(name)' before this alias; put a text that begins with '*' in quotes",
                suggestion: Suggestion.didYouMean(name, among: anchors.keys.sorted()).map { "*\($0)" })
        case .open:
            throw YAMLMistake(at: position, "the alias '*\(name)' stands inside the value that it repeats")
        case .complete(var node, let weight):
            try count(weight, at: position)
            guard depth + weight.height <= limits.depth else { throw tooDeep(at: position) }
            node.alias = position
            return (node, weight)
        }
    }

    // MARK: - Limits and tags

    private mutating func count(_ weight: Weight, at position: SourcePosition) throws(YAMLMistake) {
        total.nodes += weight.nodes
        total.text += weight.text
        guard total.nodes <= limits.nodes, total.text <= limits.expandedText else {
            throw YAMLMistake(
                at: position,
                "with this the file has more than \(limits.nodes) values or \(limits.expandedText >> 20) MiB of text, "
                    + "aliases expanded; make it smaller, or use fewer aliases")
        }
    }

    private func checkCollection(_ event: ParseEvent, tag: String, depth: Int) throws(YAMLMistake) {
        guard depth <= limits.depth else { throw tooDeep(at: event.position) }
        guard let given = event.tag, given != "!", given != Self.core + tag else { return }
        throw unknownTag(given, at: event.position)
    }

    private static let core = "tag:yaml.org,2002:"

    private func scalarTag(_ event: ParseEvent) throws(YAMLMistake) -> YAMLScalar.Tag? {
        guard let given = event.tag else { return nil }
        if given == "!" { return .string }
        guard given.hasPrefix(Self.core), let tag = YAMLScalar.Tag(rawValue: String(given.dropFirst(Self.core.count)))
        else { throw unknownTag(given, at: event.position) }
        return tag
    }

    private func unknownTag(_ tag: String, at position: SourcePosition) -> YAMLMistake {
        let short = tag.hasPrefix(Self.core) ? "!!" + tag.dropFirst(Self.core.count) : tag
        return YAMLMistake(
            at: position, "the tag \(quoted(short)) means nothing here; remove it, or put the text in quotes")
    }

    private func tooDeep(at position: SourcePosition) -> YAMLMistake {
        YAMLMistake(at: position, "lists and mappings are nested more than \(limits.depth) deep here")
    }

    private func notAKey(at position: SourcePosition) -> YAMLMistake {
        YAMLMistake(
            at: position, "a list or mapping cannot be a key; put a text that begins with '{' or '[' in quotes")
    }

    private func tooManyDocuments(at position: SourcePosition) -> YAMLMistake {
        let most = limits.documents == 1 ? "one document" : "\(limits.documents) documents"
        return YAMLMistake(
            at: position,
            "a further document begins here, but a file may have only \(most); "
                + "remove the '---', or move what follows to a file of its own")
    }
}

extension TreeBuilder.Weight {
    fileprivate mutating func add(_ child: Self) {
        nodes += child.nodes
        text += child.text
        height = max(height, child.height + 1)
    }
}
