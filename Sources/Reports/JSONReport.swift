internal import Foundation
package import Maintenance

/// A report as programs read it: the content of `report.json` and of `ronde run --json`.
package enum JSONReport {
    /// The report as indented JSON with sorted keys and a line end; instants carry the offset of the report's own zone.
    ///
    /// The same report always gives the same bytes.
    ///
    /// - Throws: an `EncodingError`, which no report made of this module's values causes.
    package static func encode(_ report: RunReport) throws -> [UInt8] {
        let zone = TimeZone(identifier: report.timezone) ?? .gmt
        return [UInt8](try RecordCoding.encoder(timeZone: zone, indented: true).encode(report)) + [UInt8(ascii: "\n")]
    }

    /// Reads what ``encode(_:)`` wrote; unknown keys are allowed, so that an older Ronde reads newer reports.
    ///
    /// - Throws: a `DecodingError`; `RecordCoding.explain` says it in words.
    package static func decode(_ bytes: some Sequence<UInt8>) throws -> RunReport {
        try RecordCoding.decoder().decode(RunReport.self, from: Data(bytes))
    }
}
