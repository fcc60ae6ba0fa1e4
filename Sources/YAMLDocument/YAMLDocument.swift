/// Reads YAML into trees in which every node knows its line and column.
///
/// YAML 1.1 syntax as libyaml reads it, with the types of YAML 1.2's core schema. Not accepted, each with a message that
/// says what to do: merge keys (`<<`), keys that are not scalars, duplicate keys, tags outside the core schema.
package enum YAMLDocument {
    /// Reads the one document of a file; an empty file is a null node at 1:1.
    ///
    /// `file` is the file's name as the user gave it, for positions.
    ///
    /// - Throws: ``YAMLMistake`` at the first place that cannot be read.
    package static func parse(
        bytes: [UInt8], file: String, limits: YAMLLimits = .configuration
    ) throws(YAMLMistake) -> YAMLNode {
        var limits = limits
        limits.documents = 1
        let documents = try parseStream(bytes: bytes, file: file, limits: limits)
        return documents.first ?? .empty(at: SourcePosition(file: file))
    }

    /// Reads all documents of a file, at most `limits.documents`; none where the file is empty.
    ///
    /// - Throws: ``YAMLMistake`` at the first place that cannot be read.
    package static func parseStream(
        bytes: [UInt8], file: String, limits: YAMLLimits
    ) throws(YAMLMistake) -> [YAMLNode] {
        guard bytes.count <= limits.bytes else {
            throw .tooLarge(file: file, limit: limits.bytes)
        }
        let text = try decodedUTF8(bytes, file: file)
        return try text.withUnsafeBufferPointer { (buffer) throws(YAMLMistake) -> [YAMLNode] in
            let source = SourceText(file: file, bytes: buffer)
            try source.refuseWhatLibyamlMisreads()
            var builder = TreeBuilder(try EventStream.open(source), limits: limits)
            return try builder.documents()
        }
    }

    /// Reads the one document of a file on disk, which messages call `name`, or `path` where that is nil.
    ///
    /// Only regular files are read: a FIFO or a device would wait for ever.
    ///
    /// - Throws: ``YAMLReadError``.
    package static func read(
        path: String, name: String? = nil, limits: YAMLLimits = .configuration
    ) throws(YAMLReadError) -> YAMLNode {
        let name = name ?? path
        let bytes = try contents(path: path, name: name, limit: limits.bytes)
        do {
            return try parse(bytes: bytes, file: name, limits: limits)
        } catch {
            throw .mistake(error)
        }
    }
}

extension YAMLNode {
    /// The value of a document that says nothing.
    static func empty(at position: SourcePosition) -> YAMLNode {
        YAMLNode(.scalar(YAMLScalar(text: "", style: .plain, tag: nil, isVerbatim: true)), at: position)
    }
}

extension YAMLMistake {
    static func tooLarge(file: String, limit: Int) -> YAMLMistake {
        YAMLMistake(
            at: SourcePosition(file: file),
            "the file is larger than \(limit >> 10) KiB, the most that is read; is it the right file?")
    }
}
