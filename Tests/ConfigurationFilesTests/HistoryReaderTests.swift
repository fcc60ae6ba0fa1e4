import Maintenance
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("How long history is kept")
struct HistoryReaderTests {
    private func read(_ text: String) throws -> (rules: HistoryRules?, mistakes: [String]) {
        let mistakes = MistakeCollector()
        let root = try YAMLDocument.parse(bytes: Array(text.utf8), file: "ronde.yaml")
        let rules = ValueReader(root, mistakes).mapping { HistoryReader().read($0) }
        return (rules, mistakes.mistakes.map(\.description))
    }

    @Test("what is not said stands at its default")
    func defaults() throws {
        let (rules, mistakes) = try read("keep: {}")
        #expect(mistakes.isEmpty && rules == .usual)
        #expect(rules?.days == 400 && rules?.failedDays == 800 && rules?.ledgerDays == 1_200)
    }

    @Test("all can be said")
    func everything() throws {
        let (rules, mistakes) = try read(
            """
            keep: {days: 30, failed_days: 90, runs: 5000, bytes: 2GB}
            ledger: {days: 365}
            state: 64MiB
            """)
        #expect(mistakes.isEmpty)
        #expect(
            rules
                == HistoryRules(
                    days: 30, failedDays: 90, runs: 5_000, bytes: 2_000_000_000, ledgerDays: 365,
                    stateBytes: 64 << 20))
    }

    @Test("runs that failed are kept twice as long, and the ledger as long as they are")
    func derived() throws {
        let rules = try read("keep: {days: 3650}").rules
        #expect(rules?.failedDays == 7_300 && rules?.ledgerDays == 7_300)
        #expect(try read("keep: {days: 36500}").rules?.failedDays == 36_500)
    }

    @Test(
        "mistakes are told at their place",
        arguments: [
            ("keep: {days: 0}", "ronde.yaml:1:14: error: 'days' is 0, but must be from 1 to 36500"),
            ("keep: {days: 30d}", "1:14: error: 'days' must be a whole number"),
            ("keep: {day: 30}", "did you mean 'days'"),
            ("keep: {days: 30, failed_days: 20}", "1:31: error: runs that failed are kept for at least as long"),
            ("keep: {bytes: 10kB}", "1:15: error: 'bytes': 10kB is too little to work with; give at least 1.00 MB"),
            ("keep: {bytes: much}", "a size such as"),
            ("keep: {days: 100}\nledger: {days: 150}", "2:9: error: the ledger is kept for at least as long as"),
            ("ledger: {}", "the key 'days' is missing"),
            ("ledger:", "'ledger' has no value"),
            ("state: 1MB", "give at least 16.0 MB"),
            ("keep: 400", "'keep' must be a mapping"),
        ])
    func mistakes(text: String, words: String) throws {
        let (_, mistakes) = try read(text)
        #expect(mistakes.count == 1 && mistakes[0].contains(words), "\(mistakes)")
    }
}
