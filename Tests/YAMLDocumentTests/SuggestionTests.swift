import Testing

@testable import YAMLDocument

@Suite("Did you mean")
struct SuggestionTests {
    static let keys = [
        "checklist", "title", "service", "schedule", "time_limit", "tasks", "needs", "retry", "on", "id",
    ]

    @Test(
        "finds a slip of the fingers, and nothing far-fetched",
        arguments: [
            ("titel", "title"), ("tilte", "title"), ("Title", "title"), ("time-limit", "time_limit"),
            ("timeLimit", "time_limit"), ("tiem_limit", "time_limit"), ("task", "tasks"), ("servcie", "service"),
            ("check", "checklist"), ("shedule", "schedule"), ("rety", "retry"), ("ON", "on"),
            ("x", nil), ("", nil), ("in", nil), ("completely", nil), ("s", nil), ("title", nil),
            (String(repeating: "t", count: 5000), nil),
        ])
    func nearest(_ text: String, expected: String?) {
        #expect(Suggestion.didYouMean(text, among: Self.keys) == expected)
    }

    @Test("takes the nearest of several, the first of equals")
    func best() {
        #expect(Suggestion.didYouMean("weekli", among: ["weekend", "weekly", "weekls"]) == "weekly")
        #expect(Suggestion.didYouMean("daily", among: []) == nil)
    }
}
