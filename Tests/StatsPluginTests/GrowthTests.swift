import DatabasePluginTesting
import DurableFiles
import Foundation
import HTTPTesting
import Maintenance
import StatsPlugin
import SystemPackage
import Testing
import Trends

@Suite("Growth")
struct GrowthTests {
    private let trial: PluginTrial<StatsPlugin>
    private let now = Date()

    init() throws { trial = try PluginTrial() }

    /// Samples of so many days before now, by whole days.
    private func keep(_ values: [Double], of name: String = "users total_users") throws {
        var history = SampleHistory.read(from: trial.state)
        for (index, value) in values.enumerated() {
            let at = now.addingTimeInterval(-86_400 * Double(values.count - index))
            history.add(value, of: name, at: at)
        }
        try history.write(to: trial.state)
    }

    private func perform(users: Int, _ with: String = "") async throws -> TrialRecord {
        let (trial, answer) = (trial, #"{"total_users": \#(users), "database_size_mb": 1}"#)
        return try await TestServer.open({ _, _ in .reply("200 OK", answer) }) { server in
            try await trial.perform(with, thresholds: Thresholds(users: 45_000), url: server.url)
        }
    }

    private func day(in days: Double) -> String {
        let formatter = DateFormatter()
        formatter.timeZone = .gmt
        formatter.dateFormat = "yyyy-MM-dd"
        return formatter.string(from: now.addingTimeInterval(days * 86_400))
    }

    @Test("is told with the first date at which a limit is reached, far away and well")
    func told() async throws {
        try keep([36_800, 36_900, 37_000])
        let record = try await perform(users: 37_100)
        #expect(record.outcome == .ok, "\(record.summary)")
        // 7,900 users at 100 a day; the service's run itself takes a moment.
        #expect(record.summary.hasPrefix("37,100 users (+100 a day; 45,000 on \(day(in: 79))), "), "\(record.summary)")
        #expect(record.log.contains { $0.message.contains("50,000 on \(day(in: 129))") })
        #expect(abs((record.measured("users.per_day") ?? 0) - 100) < 0.1)
        #expect(abs((record.measured("users.time_left") ?? 0) - 79 * 86_400) < 3600)
    }

    @Test(
        "that soon reaches a limit warns, unless that is turned off",
        arguments: [
            ("", Outcome.warning), ("reached_within: 80d", .warning), ("reached_within: 10d", .ok),
            ("reached_within: 0s", .ok),
        ])
    func soon(_ with: String, outcome: Outcome) async throws {
        try keep([41_000, 41_200, 41_400])
        let record = try await perform(users: 41_600, with)
        #expect(record.outcome == outcome, "\(record.summary)")
        let warns = record.summary.contains("45,000 on \(day(in: 17))): make room before then")
        #expect(warns == (outcome == .warning), "\(record.summary)")
    }

    @Test("downwards reaches nothing, and too little to see is steady")
    func down() async throws {
        try keep([41_000, 40_000, 39_000])
        let record = try await perform(users: 38_000)
        #expect(record.summary.hasPrefix("38,000 users (-1,000 a day), "), "\(record.summary)")
        #expect(record.measured("users.time_left") == nil)
    }

    @Test("that is none is steady")
    func steady() async throws {
        try keep([5, 5, 5])
        #expect(try await perform(users: 5).summary.hasPrefix("5 users (steady), "))
    }

    @Test("is not told from fewer than three samples, or from those of another field")
    func tooFew() async throws {
        try keep([1, 2, 3], of: "users other_field")
        try keep([41_000])
        let record = try await perform(users: 42_000)
        #expect(record.summary.hasPrefix("42,000 users, "), "\(record.summary)")
        #expect(SampleHistory.read(from: trial.state).samples["users total_users"]?.count == 2)
    }

    @Test(
        "is forgotten where its samples are damaged, and no task fails for that", arguments: ["", "{", "[]", "\u{0}"])
    func damaged(_ text: String) async throws {
        try DurableFile.write(Array(text.utf8), to: trial.state.appending("samples.json"), permissions: .ownerReadWrite)
        #expect(try await perform(users: 5).outcome == .ok)
        #expect(SampleHistory.read(from: trial.state).samples.count == 2)
    }

    @Test("that cannot be kept is a warning")
    func notKept() async throws {
        // A folder of that name cannot be replaced by a file.
        try Folder.create(trial.state.appending("samples.json").appending("in-the-way"))
        let record = try await perform(users: 5)
        #expect(record.outcome == .warning)
        #expect(record.summary.contains("how the numbers grow cannot be kept"), "\(record.summary)")
    }
}
