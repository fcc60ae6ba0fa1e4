import ApprovalPlugin
import DatabasePluginTesting
import Foundation
import Maintenance
import ManualPlugin
import PluginKit
import Testing

/// The plugins that wait for a person.
struct ManualPluginTests {
    @Test("a step waits, with what is asked for and when it is due")
    func step() async throws {
        let record = try await PluginTrial<ManualPlugin>().perform(
            """
            instructions: |

              Open the page.
              Then close it.
            by: [jane, joe]
            due: 2d
            evidence: [{name: minutes, kind: number, unit: min, warning: "15"}, {name: photo, kind: file, required: false}]
            """)
        #expect(record.outcome == .waiting)
        #expect(record.summary == "waits for jane or joe: Open the page.")
        let step = try #require(record.result.awaits)
        #expect(step.instructions == "Open the page.\nThen close it.")
        #expect(step.evidence.map(\.kind) == [.number, .file])
        #expect(step.evidence.map(\.isRequired) == [true, false])
        let wait = try #require(step.dueAt?.timeIntervalSinceNow)
        #expect(abs(wait - 2 * 86_400) < 60)
    }

    @Test("a question waits for yes or no")
    func question() async throws {
        let record = try await PluginTrial<ApprovalPlugin>().perform("{question: May I?, not_by_starter: true}")
        #expect(record.outcome == .waiting)
        #expect(record.result.awaits?.kind == .approval)
        #expect(record.result.awaits?.isNotForStarter == true)
        #expect(record.result.awaits?.dueAt == nil)
    }

    @Test("a dry run says what it would ask, and waits for nobody")
    func dryRun() async throws {
        let step = try await PluginTrial<ManualPlugin>().perform("instructions: Look.", dryRun: true)
        #expect(step.outcome == .ok)
        #expect(step.summary == "would wait for a person: Look.")
        let question = try await PluginTrial<ApprovalPlugin>().perform("question: May I?", dryRun: true)
        #expect(question.outcome == .ok)
    }

    @Test(
        "parameters that cannot be right are refused",
        arguments: [
            "{}", "instructions: ''", "instructions: '  '", "{instructions: x, evidence: [{name: 'A b'}]}",
            "{instructions: x, evidence: [{name: a, kind: picture}]}", "{instructions: x, due: soon}",
            "{instructions: x, evidence: [{name: a, kind: number, warning: much}]}",
        ])
    func refused(with: String) async throws {
        await #expect(throws: TrialError.self) { try await PluginTrial<ManualPlugin>().perform(with) }
    }

    @Test(
        "parameters that do not fit together end unknown, with words",
        arguments: [
            ("{instructions: x, evidence: [{name: a}, {name: a}]}", "asked for twice"),
            (#"{instructions: x, evidence: [{name: a, warning: "1"}]}"#, "is no number"),
        ])
    func contradiction(with: String, words: String) async throws {
        let record = try await PluginTrial<ManualPlugin>().perform(with)
        #expect(record.outcome == .unknown)
        #expect(record.summary.contains(words))
    }
}
