/// All mistakes of a reading, of one file or many.
///
/// The caller makes one, hands it to readers, and asks at the end.
///
/// A class, so that readers of nested values write to the same list without an `inout` in every call; it belongs to one
/// task and is not Sendable.
package final class MistakeCollector {
    private var found: [YAMLMistake] = []
    private let limit: Int

    /// How many mistakes were met after the limit and are not in ``mistakes``.
    package private(set) var omitted = 0

    /// The keys that were asked for, by the place of their mapping; nil where nobody wants to know.
    package private(set) var askedKeys: [SourcePosition: Set<String>]?

    /// - Parameters:
    ///   - limit: how many mistakes are kept; a file with thousands is the wrong file.
    ///   - notesKeys: whether ``askedKeys`` are kept, for descriptions of what can be read.
    package init(limit: Int = 1000, notesKeys: Bool = false) {
        self.limit = limit
        askedKeys = notesKeys ? [:] : nil
    }

    /// Whether nothing was wrong.
    ///
    /// Only then may values that were read be used: a faulty list item, say, is left out.
    package var isEmpty: Bool { found.isEmpty }

    /// The mistakes by line and column; files in the order of their first mistake.
    package var mistakes: [YAMLMistake] {
        var order: [String: Int] = [:]
        for mistake in found where order[mistake.position.file] == nil { order[mistake.position.file] = order.count }
        return found.enumerated()
            .map { (index: $0.offset, file: order[$0.element.position.file] ?? 0, mistake: $0.element) }
            .sorted {
                let (one, other) = ($0.mistake.position, $1.mistake.position)
                return ($0.file, one.line, one.column, $0.index) < ($1.file, other.line, other.column, $1.index)
            }
            .map(\.mistake)
    }

    func noteKeys(_ keys: [String], at position: SourcePosition) {
        askedKeys?[position, default: []].formUnion(keys)
    }

    /// Adds a mistake.
    package func add(_ mistake: @autoclosure () -> YAMLMistake) {
        guard found.count < limit else {  // the mistake is not even made: guessing what was meant takes time
            omitted += 1
            return
        }
        found.append(mistake())
    }

    /// Reads a file on disk; nil, with the reason on record, where there is no tree to read from.
    package func read(path: String, name: String? = nil, limits: YAMLLimits = .configuration) -> ValueReader? {
        do throws(YAMLReadError) {
            return ValueReader(try YAMLDocument.read(path: path, name: name, limits: limits), self)
        } catch {
            add(error.mistake)
            return nil
        }
    }
}
