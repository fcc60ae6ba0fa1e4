import Maintenance
import YAMLDocument

/// Reads `history:` of `ronde.yaml`: how long runs, reports and the ledger are kept.
struct HistoryReader {
    /// A hundred years: whoever wants to keep more says so with this.
    private static let days = 1...36_500

    func read(_ map: MappingReader) -> HistoryRules? {
        let usual = HistoryRules.usual
        let keep = map.optional("keep")
        let limits = keep.map { $0.mapping(readLimits) } ?? HistoryRules.usual
        let ledger = map.optional("ledger").map { $0.mapping(readLedger) } ?? usual.ledgerDays
        let state = map.optional("state").map { $0.size(atLeast: 16_000_000) } ?? usual.stateBytes
        guard var limits, let ledger, let state else { return nil }
        if map.isGiven("ledger"), ledger < limits.failedDays {
            map.optional("ledger")?.mistake(
                "the ledger is kept for at least as long as reports are, which is \(limits.failedDays) days here")
        }
        limits.ledgerDays = max(ledger, limits.failedDays)
        limits.stateBytes = state
        return limits
    }

    private func readLimits(_ map: MappingReader) -> HistoryRules? {
        let usual = HistoryRules.usual
        let days = map.optional("days").map { $0.integer(in: Self.days) } ?? usual.days
        let failed = map.optional("failed_days").map { $0.integer(in: Self.days) } ?? nil
        let runs = map.optional("runs").map { $0.integer(in: 1...100_000_000) } ?? usual.runs
        let bytes = map.optional("bytes").map { $0.size(atLeast: 1_000_000) } ?? usual.bytes
        guard let days, let runs, let bytes else { return nil }
        if let failed, failed < days {
            map.optional("failed_days")?.mistake("runs that failed are kept for at least as long as others (\(days))")
        }
        // Twice as long, as usual, where only the others are given.
        return HistoryRules(
            days: days, failedDays: failed ?? min(days * 2, Self.days.upperBound), runs: runs, bytes: bytes)
    }

    private func readLedger(_ map: MappingReader) -> Int? {
        map.required("days")?.integer(in: Self.days)
    }
}

extension ValueReader {
    fileprivate func size(atLeast least: Int64) -> Int? {
        value { text in
            let size = try ByteSize(parsing: text)
            guard size.bytes >= least else {
                throw ValueFault("\(text) is too little to work with; give at least \(ByteSize(bytes: least))")
            }
            return Int(size.bytes)
        }
    }
}
