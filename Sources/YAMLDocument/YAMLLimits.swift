/// How much one file may ask of the reader: a hostile or damaged file ends in a message, not in a full memory.
package struct YAMLLimits: Sendable {
    /// The size of the file.
    package var bytes: Int
    /// Collections within collections.
    package var depth: Int
    /// Values, keys included, with every alias counted as often as it is used.
    package var nodes: Int
    /// Bytes of text in those values: a few aliases of one long text weigh as much as many short ones.
    package var expandedText: Int
    /// Documents, separated by `---`.
    package var documents: Int

    package init(
        bytes: Int = 4 << 20, depth: Int = 128, nodes: Int = 100_000, expandedText: Int = 16 << 20, documents: Int = 1
    ) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.expandedText = expandedText
        self.documents = documents
    }

    /// For configuration: 4 MiB, 128 levels, 100,000 values, one document.
    package static let configuration = YAMLLimits()
}
