import Foundation
import Testing

/// How long a service may take to be well after a restore: `limit:` below `health:`.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HealthLimitTests {
    @Test(
        "a faulty health setting is a mistake at its place",
        arguments: [
            ("health: {limit: 0s}", "10:21", "more than nothing"), ("health: {limit: 2d}", "10:21", "at most 1d"),
            ("health: {limit: soon}", "10:21", "a length of time"), ("health: {limit: 60}", "10:21", "length of time"),
            ("health: {path: api, limit: 5s}", "10:20", "no path of a service"),
            ("health: {limt: 5s}", "10:14", "did you mean 'limit'"), ("health: {limit: }", "10:14", "has no value"),
            ("health: [5s]", "10:13", "a list"),
        ])
    func mistakes(_ line: String, _ place: String, _ words: String) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.end() }
        try instance.configure(url: "http://127.0.0.1:9", alsoService: "    \(line)")
        let ending = try await instance.demand("validate", status: 78)
        let text = ending.output + ending.errors
        #expect(text.contains("ronde.yaml:\(place): ") && text.contains(words), "\(ending)")
    }

    @Test(
        "the plan says what is asked and for how long",
        arguments: [
            ("health: /api/health", "/api/health", 60), ("health: {path: /api/health, limit: 2m}", "/api/health", 120),
            ("health: {limit: 1500ms}", "/", 1.5), ("", "/", 60),
        ] as [(String, String, Double)])
    func plan(_ line: String, _ path: String, _ seconds: Double) async throws {
        let instance = try await TestInstance(users: 20)
        defer { instance.end() }
        try instance.configure(
            url: "http://127.0.0.1:9", alsoService: "    control: {start: ['true'], stop: ['true']}\n    \(line)")
        _ = try await instance.backUp()
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        let health = (plan["control"] as? [String: Any])?["health"] as? [String: Any]
        #expect(health?["url"] as? String == "http://127.0.0.1:9" + path, "\(plan)")
        #expect(health?["limit_seconds"] as? Double == seconds)
    }
}
