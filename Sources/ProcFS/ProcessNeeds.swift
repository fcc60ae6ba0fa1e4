package import DurableFiles

/// How many files a process has open, and how many it may.
package struct OpenFiles: Hashable, Sendable {
    package let count: Int
    /// The soft limit; nil where there is none.
    package let limit: Int?

    package init(count: Int, limit: Int?) {
        self.count = count
        self.limit = limit
    }
}

extension ProcFS {
    /// How many files a process has open; nil where it has ended.
    ///
    /// - Throws: `FileError` where that may not be asked: only root and the process' own user may.
    package func openFiles(of pid: Int32) throws(FileError) -> OpenFiles? {
        guard let names = try names(in: "\(pid)/fd"), let limits = try text("\(pid)/limits") else { return nil }
        return OpenFiles(count: names.count, limit: Self.softLimit(named: "Max open files", in: limits))
    }

    /// The third column of `Max open files            1024                 4096                 files`.
    static func softLimit(named name: String, in limits: String) -> Int? {
        for line in limits.split(separator: "\n") where line.hasPrefix(name) {
            return line.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
        }
        return nil
    }

    /// The memory of a process in bytes, where what it shares is counted in shares (PSS).
    ///
    /// - Returns: nil where the process has ended, or the kernel does not tell.
    /// - Throws: `FileError` where that may not be asked.
    package func proportionalBytes(of pid: Int32) throws(FileError) -> Double? {
        try text("\(pid)/smaps_rollup").flatMap { Self.kilobytes(of: "Pss", in: $0) }
    }

    /// The value of a line such as `Pss:      1234 kB`, in bytes.
    static func kilobytes(of name: String, in text: String) -> Double? {
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            let value = line.dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace).first
            return value.flatMap { UInt64($0) }.map { Double($0) * 1024 }
        }
        return nil
    }
}
