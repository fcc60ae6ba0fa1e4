package import DurableFiles
internal import Glibc

/// What `/proc/PID/stat` says of a process.
package struct ProcessStatus: Hashable, Sendable {
    package let pid: Int32
    /// The first 15 bytes of the program's name, or whatever the process calls itself.
    package let name: String
    /// A letter: `R` runs, `S` sleeps, `D` waits for a device, `T` is stopped, `Z` has ended.
    package let state: Character
    package let parent: Int32
    package let threads: Int
    /// In seconds: what the process and the children that it waited for have used of all processors.
    package let processorTime: Double
    /// Clock ticks since the machine began; together with ``pid`` it names one process for as long as the machine runs.
    package let startTicks: UInt64
    package let residentBytes: Double

    /// Whether it has ended, and only its parent has not asked how.
    package var isZombie: Bool { state == "Z" || state == "X" }

    /// Reads the line of `stat`; nil where it is none.
    ///
    /// - Parameter line: as in `42 (a name) S 1 …`. The name may hold any byte, parentheses too, so what counts is the
    ///   last closing one.
    init?(_ line: [UInt8]) {
        guard let opening = line.firstIndex(of: UInt8(ascii: "(")),
            let closing = line.lastIndex(of: UInt8(ascii: ")")), opening < closing,
            let pid = Int32(String(decoding: line[..<opening], as: UTF8.self).filter { $0 != " " })
        else { return nil }
        let fields = String(decoding: line[(closing + 1)...], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard fields.count > Field.residentPages, let state = fields[0].first,
            let parent = Int32(fields[Field.parent]), let threads = Int(fields[Field.threads]),
            let start = UInt64(fields[Field.startTicks]), let pages = Double(fields[Field.residentPages])
        else { return nil }
        let times = fields[Field.times].compactMap { Double($0) }
        guard times.count == Field.times.count else { return nil }
        self.pid = pid
        name = String(decoding: line[(opening + 1)..<closing], as: UTF8.self)
        self.state = state
        self.parent = parent
        self.threads = threads
        processorTime = times.reduce(0, +) / Self.ticksPerSecond
        startTicks = start
        residentBytes = max(pages, 0) * Self.pageSize
    }

    /// Where things stand behind the name, counted from 0.
    private enum Field {
        static let parent = 1
        /// Of the process in user and kernel mode, and the same of its children.
        static let times = 11..<15
        static let threads = 17
        static let startTicks = 19
        static let residentPages = 21
    }

    /// The unit of times in /proc.
    package static let ticksPerSecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    private static let pageSize = Double(max(sysconf(Int32(_SC_PAGESIZE)), 1))
}

extension ProcFS {
    /// What is known of a process; nil where it has ended.
    ///
    /// - Throws: `FileError` where it may not be looked at.
    package func status(of pid: Int32) throws(FileError) -> ProcessStatus? {
        try bytes("\(pid)/stat", limit: 64 << 10).flatMap(ProcessStatus.init)
    }

    /// The words of a process' command line; empty for a thread of the kernel and for one that has ended.
    ///
    /// - Throws: `FileError` where it may not be looked at.
    package func commandLine(of pid: Int32) throws(FileError) -> [String] {
        let bytes = try bytes("\(pid)/cmdline", limit: 4 << 20) ?? []
        // A process may write over its own words, and leave any number of empty ones behind them.
        let words = bytes.split(separator: 0, omittingEmptySubsequences: false)
        return words.reversed().drop { $0.isEmpty }.reversed().map { String(decoding: $0, as: UTF8.self) }
    }
}
