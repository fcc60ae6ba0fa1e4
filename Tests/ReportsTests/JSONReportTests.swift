import Foundation
import Maintenance
import Reports
import Testing

@Suite("A report in JSON")
struct JSONReportTests {
    @Test("reads back what it wrote, and writes the same bytes again")
    func roundTrip() throws {
        for report in [try Samples.badWeek(), try Samples.goodWeek(), try Samples.report()] {
            let bytes = try JSONReport.encode(report)
            #expect(try JSONReport.decode(bytes) == report)
            #expect(try JSONReport.encode(try JSONReport.decode(bytes)) == bytes)
            #expect(bytes.last == UInt8(ascii: "\n"))
        }
    }

    @Test("has the keys that programs rely on, in order, and times in the report's own zone")
    func shape() throws {
        let text = String(decoding: try JSONReport.encode(try Samples.badWeek()), as: UTF8.self)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let tasks = try #require(object?["tasks"] as? [[String: Any]])
        #expect(object?["run"] as? String == "weekly-20261122-020000")
        #expect(object?["outcome"] as? String == "critical")
        #expect(object?["started_at"] as? String == "2026-11-22T02:00:03.250+01:00")
        for key in ["task", "plugin", "outcome", "summary", "measurements", "artifacts"] {
            #expect(tasks.allSatisfy { $0[key] != nil })
        }
        let measurement = try #require((tasks[1]["measurements"] as? [[String: Any]])?.first)
        #expect(measurement["critical"] as? String == "~:5")
        let keys = text.split(separator: "\n").filter { $0.hasPrefix("  \"") }.compactMap {
            $0.split(separator: "\"").dropFirst().first
        }
        #expect(keys == keys.sorted() && keys.count >= 12)
    }

    @Test("keeps hostile text exactly")
    func hostile() throws {
        var report = try HostileText.report()
        for index in report.tasks.indices {
            // Not a number is not equal to itself, and an infinite limit is no text that a range has.
            report.tasks[index].measurements[0].value = -0.1
            report.tasks[index].measurements[0].warning = .above(1)
        }
        #expect(try JSONReport.decode(try JSONReport.encode(report)) == report)
    }

    @Test("writes values that are no numbers so that they are read back")
    func notFinite() throws {
        let measurements = [Double.nan, .infinity, -.infinity].map { TaskMeasurement("m", $0, .seconds) }
        let report = try Samples.report(tasks: [Samples.task(measurements: measurements)])
        let values = try JSONReport.decode(try JSONReport.encode(report)).tasks[0].measurements.map(\.value)
        #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
    }
}
