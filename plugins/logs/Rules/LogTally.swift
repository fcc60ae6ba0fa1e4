import SystemPackage

/// What was found in the lines of all files.
struct LogTally {
    /// One rule with the lines that fit it.
    struct Entry {
        var rule: LogRule
        var count = 0
        fileprivate(set) var first: [Sample] = []
        fileprivate(set) var last: [Sample] = []

        /// The first ones and the last ones, in order.
        var samples: [Sample] { first + last }
        /// How many lie between the first and the last ones.
        var hidden: Int { count - samples.count }
    }

    /// A line as it is shown.
    struct Sample {
        let file: FilePath
        let text: String
    }

    private(set) var entries: [Entry]
    private(set) var lines = 0
    private(set) var cutLines = 0
    private let mostFirst: Int
    private let mostLast: Int

    /// - Parameters:
    ///   - rules: in the order in which they are told of.
    ///   - samples: how many lines are kept of each.
    init(_ rules: [LogRule], samples: Int) {
        entries = rules.map { Entry(rule: $0) }
        mostFirst = (samples + 1) / 2
        mostLast = samples / 2
    }

    /// Looks at one line.
    ///
    /// - Parameters:
    ///   - line: its bytes without the line feed, at most ``LineCutter/longest``.
    ///   - dropped: how many bytes of it are not there.
    ///   - file: where it stands.
    mutating func take(_ line: UnsafeRawBufferPointer, dropped: Int, in file: FilePath) {
        lines += 1
        if dropped > 0 { cutLines += 1 }
        for index in entries.indices where entries[index].rule.fits(line) {
            entries[index].count += 1
            guard mostFirst > 0 else { continue }
            if entries[index].first.count < mostFirst {
                entries[index].first.append(Sample(file: file, text: ShownLine.text(line, dropped: dropped)))
            } else if mostLast > 0 {
                if entries[index].last.count == mostLast { entries[index].last.removeFirst() }
                entries[index].last.append(Sample(file: file, text: ShownLine.text(line, dropped: dropped)))
            }
        }
    }
}
