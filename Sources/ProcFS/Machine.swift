package import DurableFiles

/// The memory of the machine, in bytes.
package struct MemoryFacts: Hashable, Sendable {
    package var total: Double
    /// What programs could still get without swapping, as the kernel estimates it.
    package var available: Double
    package var swapTotal: Double
    package var swapFree: Double

    package init(total: Double, available: Double, swapTotal: Double = 0, swapFree: Double = 0) {
        self.total = total
        self.available = available
        self.swapTotal = swapTotal
        self.swapFree = swapFree
    }
}

/// How many processes want to run or wait for a device, on average.
package struct LoadAverages: Hashable, Sendable {
    package let oneMinute: Double
    package let fiveMinutes: Double
    package let fifteenMinutes: Double
}

extension ProcFS {
    /// The memory of the whole machine; nil where the kernel does not tell.
    ///
    /// - Throws: `FileError` where it may not be asked.
    package func memory() throws(FileError) -> MemoryFacts? {
        guard let text = try text("meminfo"), let total = Self.kilobytes(of: "MemTotal", in: text), total > 0,
            let available = Self.kilobytes(of: "MemAvailable", in: text)
        else { return nil }
        return MemoryFacts(
            total: total, available: min(available, total),
            swapTotal: Self.kilobytes(of: "SwapTotal", in: text) ?? 0,
            swapFree: Self.kilobytes(of: "SwapFree", in: text) ?? 0)
    }

    /// The load of the machine; nil where the kernel does not tell.
    ///
    /// - Throws: `FileError` where it may not be asked.
    package func load() throws(FileError) -> LoadAverages? {
        guard let words = try text("loadavg")?.split(whereSeparator: \.isWhitespace).prefix(3) else { return nil }
        let numbers = words.compactMap { Double($0) }.filter { $0.isFinite && $0 >= 0 }
        guard numbers.count == 3 else { return nil }
        return LoadAverages(oneMinute: numbers[0], fiveMinutes: numbers[1], fifteenMinutes: numbers[2])
    }

    /// For how many seconds the machine has been running, time asleep included; nil where the kernel does not tell.
    ///
    /// - Throws: `FileError` where it may not be asked.
    package func uptime() throws(FileError) -> Double? {
        try text("uptime")?.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
            .flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }

    /// A text that is another one after every start of the machine; nil where the kernel does not tell.
    ///
    /// - Throws: `FileError` where it may not be asked.
    package func bootID() throws(FileError) -> String? {
        let id = try text("sys/kernel/random/boot_id")?.filter { $0.isHexDigit || $0 == "-" }
        return id?.isEmpty == false ? id : nil
    }
}
