import Archiving
import Digests
import Exports
import Foundation
import Maintenance
import PluginKit
import SystemPackage

/// Tells the runner what an export was.
struct ExportReporting {
    /// Files beyond this number are left to the folder's own list.
    private static let longestList = 50

    let plan: ExportPlan
    let context: TaskContext

    /// Reports numbers and files.
    ///
    /// - Returns: the summary.
    func report(_ result: ExportResult) -> String {
        context.measure(TaskMeasurement("export_size", Double(result.bytes), .bytes))
        context.measure(TaskMeasurement("tables", Double(result.tables), .count))
        if let rows = result.rows { context.measure(TaskMeasurement("rows", Double(rows), .count)) }
        let seconds = Double(result.duration / .milliseconds(1)) / 1000
        context.measure(TaskMeasurement("duration", (seconds * 1000).rounded() / 1000, .seconds))
        for file in result.files.prefix(Self.longestList) {
            context.made(
                Artifact(
                    kind: "export", path: file.path.string, bytes: Int64(file.facts.bytes),
                    sha256: file.facts.sha256.hex))
        }
        if result.files.count > Self.longestList {
            context.log(.info, "\(result.path): tables.json lists all \(result.files.count) files")
        }
        for file in result.files where file.encodedTexts > 0 {
            let texts = count(file.encodedTexts, "text")
            context.log(.info, "\(file.path): \(texts) that this format cannot hold as such written as bytes")
        }
        let size = ByteSize(bytes: Int64(result.bytes))
        let rows = result.rows.map { "\(count($0, "row")) in " } ?? ""
        return "\(result.path), \(size), \(rows)\(count(result.tables, "table"))"
    }
}
