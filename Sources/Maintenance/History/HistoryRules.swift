/// How much of what was done is kept: `history:` in `ronde.yaml`.
package struct HistoryRules: Hashable, Sendable {
    /// How many days a run is kept, counted from its start.
    package var days: Int
    /// The same for runs that ended `critical` or `unknown`; never fewer than ``days``.
    package var failedDays: Int
    /// How many runs of one checklist are kept.
    package var runs: Int
    /// How much room the reports of all runs may take together, in bytes.
    package var bytes: Int
    /// How many days a row of the ledger is kept, counted from its nominal time; never fewer than ``failedDays``.
    package var ledgerDays: Int
    /// How large the state database may grow, in bytes.
    package var stateBytes: Int

    package init(
        days: Int = 400, failedDays: Int = 800, runs: Int = 100_000, bytes: Int = 1_000_000_000,
        ledgerDays: Int = 1_200, stateBytes: Int = 512_000_000
    ) {
        self.days = days
        self.failedDays = max(failedDays, days)
        self.runs = runs
        self.bytes = bytes
        self.ledgerDays = max(ledgerDays, self.failedDays)
        self.stateBytes = stateBytes
    }

    /// Where nothing is said: a year and a month of reports, so that a yearly review finds all of them.
    package static let usual = HistoryRules()
}
