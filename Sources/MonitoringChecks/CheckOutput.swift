package import Maintenance

/// What a check of the Monitoring Plugins says on its standard output, line by line.
///
/// The grammar is that of the guidelines: a first line of text, `|` and performance data; lines of further text; and in
/// one of those another `|`, after which all that follows is performance data.
package struct CheckOutput: Sendable {
    /// What a line had to tell.
    package enum Finding: Hashable, Sendable {
        /// A line of the long text.
        case text(String)
        case measurement(TaskMeasurement)
        /// Performance data that cannot be read.
        case unreadable(String)
    }

    private enum Section { case summary, text, data }

    /// The first line that has words, without its performance data; empty where there is none.
    package private(set) var summary = ""
    /// Whether there was anything but blanks.
    package private(set) var isEmpty = true

    private var section = Section.summary
    private var names = MeasurementNames()

    package init() {}

    /// Takes the next line, without its line feed.
    ///
    /// - Returns: what it tells beyond ``summary``, in its order.
    package mutating func receive(line bytes: [UInt8]) -> [Finding] {
        let line = String(decoding: bytes, as: UTF8.self)
        if section == .data { return data(line[...]) }
        let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let isFirst = section == .summary
        section = parts.count > 1 && !isFirst ? .data : .text
        var findings: [Finding] = []
        let text = Self.trimmed(parts.first ?? "")
        if !text.isEmpty {
            isEmpty = false
            if summary.isEmpty { summary = text } else { findings.append(.text(text)) }
        }
        return findings + (parts.count > 1 ? data(parts[1]) : [])
    }

    private mutating func data(_ text: Substring) -> [Finding] {
        PerformanceData.items(in: text).compactMap { item in
            isEmpty = false
            switch item {
            case .unreadable(let text): return .unreadable(text)
            case .value(let datum):
                // The label is named even where there is no value, so that the next one of that name stays the second.
                let name = names.name(for: datum.label)
                return datum.value.map { value in
                    .measurement(
                        TaskMeasurement(
                            name, value, MeasurementUnit(rawValue: datum.unit), warning: datum.warning,
                            critical: datum.critical))
                }
            }
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let end = text.lastIndex { !$0.isWhitespace }
        return end.map { String(text[...$0].drop(while: \.isWhitespace)) } ?? ""
    }
}
