import DatabasePluginTesting
import ConfigurationFiles
import Maintenance
import Testing

@testable import VacuumPlugin

@Suite("The condition of a vacuum")
struct VacuumConditionTests {
    @Test(
        "is read",
        arguments: [
            ("always", nil, "always"), (" always ", nil, "always"), ("free_pages > 20%", 20, "free_pages > 20%"),
            ("free_pages>0%", 0, "free_pages > 0%"), ("  free_pages \t>  12.5% ", 12.5, "free_pages > 12.5%"),
            ("free_pages > 20 %", 20, "free_pages > 20%"), ("free_pages > 99.99%", 99.99, "free_pages > 99.99%"),
            ("free_pages > 05%", 5, "free_pages > 5%"),
        ] as [(String, Double?, String)])
    func accepts(_ text: String, threshold: Double?, shown: String) throws {
        let condition = try VacuumCondition(parsing: text)
        #expect(condition.threshold?.percent == threshold)
        #expect(condition.description == shown)
        #expect(try VacuumCondition(parsing: shown) == condition)
        #expect(try mistakes(text).isEmpty, "the manifest refuses what the plugin can read")
    }

    @Test(
        "is refused where it is none, by the manifest as well",
        arguments: [
            "", " ", "sometimes", "Always", "al ways", "always > 20%", "free_pages", "free_pages >", "> 20%",
            "free_pages > 20", "free_pages >= 20%", "free_pages < 20%", "free_pages > -5%", "free_pages > 100%",
            "free_pages > 100.5%", "free_pages > 150%", "free_pages > 1e1%", "free_pages > 20%%",
            "free_pages > 20% or always", "free _pages > 20%", "free_pages > 2 0%", "free_pages > .5%",
            "free_pages > 5.%", "free_pages > ٢٠%", "free_pages > nan%", "free_pages >\n20%", "pages > 20%",
            "free_pages > 20% > 10%",
        ])
    func refuses(_ text: String) throws {
        let error = #expect(throws: QuantityError.self) { try VacuumCondition(parsing: text) }
        #expect(error?.description.contains("free_pages > 20%") == true)
        #expect(try !mistakes(text).isEmpty, "the manifest lets through what the plugin cannot read")
    }

    @Test(
        "holds above its share, and not at it",
        arguments: [
            ("free_pages > 20%", 20, false), ("free_pages > 20%", 20.001, true), ("free_pages > 20%", 0, false),
            ("free_pages > 0%", 0, false), ("free_pages > 0%", 0.001, true), ("always", 0, true),
        ] as [(String, Double, Bool)])
    func holds(_ text: String, share: Double, expected: Bool) throws {
        #expect(try VacuumCondition(parsing: text).holds(forFreeShare: share) == expected)
    }

    /// What a checklist with this condition would be told.
    private func mistakes(_ text: String) throws -> [String] {
        let escaped = text.replacing("\t", with: "\\t").replacing("\n", with: "\\n")
        return ParameterReading.read("when: \"\(escaped)\"", of: try Trial.manifest()).mistakes.map { "\($0)" }
    }
}
