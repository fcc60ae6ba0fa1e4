import Foundation
import Glibc
import Maintenance

/// The one place that prints JSON for programs: indented, keys sorted, one value and a line feed.
enum JSONOutput {
    /// Prints the value; its instants carry the offset of `zone`.
    ///
    /// - Throws: `EncodingError` for a value that JSON cannot hold.
    static func print(_ value: some Encodable, instants zone: TimeZone = .gmt) throws {
        let bytes = try RecordCoding.encoder(timeZone: zone, indented: true).encode(value)
        Terminal.write(String(decoding: bytes, as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }
}
