import Foundation
import Testing

@testable import Maintenance

@Suite("Quantities")
struct QuantityTests {
    @Test(
        "a length of time is read to the millisecond",
        arguments: [
            ("250ms", 250), ("90s", 90_000), ("5m", 300_000), ("2h", 7_200_000), ("3d", 259_200_000),
            ("1.5h", 5_400_000), ("0s", 0), ("-0s", 0), ("5 m", 300_000), ("0.5s", 500), ("0.001s", 1), ("007s", 7_000),
            ("36600d", 3_162_240_000_000),
        ])
    func timeSpan(_ text: String, _ milliseconds: Int64) throws {
        #expect(try TimeSpan(parsing: text).duration == .milliseconds(milliseconds))
    }

    @Test(
        "what is no length of time is refused",
        arguments: [
            "", "5", "s", "5 min", "-5s", "5S", "1e3s", "5m30s", "1.s", ".5s", "1.2.3s", "--5s", "٥s", "５s", "5s ",
            " 5s",
            "36601d", "99999999999999999999d", String(repeating: "9", count: 400) + "s", "infs", "nand", "0x10s",
            "1,5h",
            "5\u{200B}s",
        ])
    func noTimeSpan(_ text: String) {
        let error = #expect(throws: QuantityError.self) { try TimeSpan(parsing: text) }
        #expect(error?.text == text)
    }

    @Test(
        "a length of time is written in its largest whole unit, and read back as it was",
        arguments: [
            (0, "0s"), (1, "1ms"), (1500, "1500ms"), (90_000, "90s"), (120_000, "2m"), (7_200_000, "2h"),
            (86_400_000, "1d"), (90_000_000, "25h"), (-5000, "-5s"),
        ])
    func timeSpanText(_ milliseconds: Int64, _ text: String) throws {
        let span = TimeSpan(.milliseconds(milliseconds))
        #expect(span.description == text)
        if milliseconds >= 0 { #expect(try TimeSpan(parsing: text) == span) }
    }

    @Test("lengths of time that nobody writes do not trap")
    func extremes() {
        #expect(TimeSpan(.seconds(Int64.max)).description == "9223372036854775807s")
        #expect(TimeSpan(.microseconds(300)).description == "0s")
        #expect(TimeSpan(.milliseconds(2500)).seconds == 2.5)
        #expect(TimeSpan(.seconds(1)) < TimeSpan(.milliseconds(1001)))
    }

    @Test(
        "a size is read in powers of 1000 or 1024",
        arguments: [
            ("512B", 512), ("64KiB", 65_536), ("64kB", 64_000), ("64KB", 64_000), ("100MB", 100_000_000),
            ("1.5MiB", 1_572_864), ("2GiB", 2_147_483_648), ("1TB", 1_000_000_000_000), ("0B", 0),
            ("1 GB", 1_000_000_000),
            ("4000000TB", 4_000_000_000_000_000_000),
        ])
    func byteSize(_ text: String, _ bytes: Int64) throws {
        #expect(try ByteSize(parsing: text).bytes == bytes)
    }

    @Test(
        "what is no size is refused",
        arguments: [
            "", "5", "B", "-1B", "5mb", "5M", "5 megs", "1e3B", "5000000TB", String(repeating: "9", count: 40) + "B",
        ])
    func noByteSize(_ text: String) {
        #expect(throws: QuantityError.self) { try ByteSize(parsing: text) }
    }

    @Test(
        "a size is shown with three digits",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (4_612_096, "4.61 MB"), (99_949, "99.9 kB"),
            (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"), (123_456_789_012, "123 GB"),
            (-4_612_096, "-4.61 MB"), (Int64.max, "9223372 TB"), (Int64.min, "-9223372 TB"),
        ])
    func byteSizeText(_ bytes: Int64, _ text: String) {
        #expect(ByteSize(bytes: bytes).description == text)
    }

    @Test("a percentage has its sign", arguments: [("80%", 80), ("12.5%", 12.5), ("0%", 0), ("400 %", 400)])
    func percentage(_ text: String, _ percent: Double) throws {
        #expect(try Percentage(parsing: text).percent == percent)
        #expect(try Percentage(parsing: Percentage(percent: percent).description).percent == percent)
    }

    @Test("what is no percentage is refused", arguments: ["", "80", "%", "-1%", "0.8", "80%%", "1e2%"])
    func noPercentage(_ text: String) {
        #expect(throws: QuantityError.self) { try Percentage(parsing: text) }
    }

    @Test(
        "a number is written without an exponent, and read back as it was",
        arguments: [
            0, 1, -1, 0.1, -2.5, 1e15, 1e16, 1.5e16, 1e20, 1.25e21, -1e300, 1e-5, 1.5e-7, -1e-300,
            Double.leastNonzeroMagnitude,
            Double.greatestFiniteMagnitude, Double.pi, 9_223_372_036_854_775_808,
        ])
    func plainNumber(_ value: Double) {
        let text = PlainNumber.text(value)
        #expect(!text.contains("e"))
        #expect(PlainNumber.parse(text[...]) == value, "\(text)")
    }

    @Test("quantities travel as texts, a size with every byte")
    func coding() throws {
        let thresholds = Thresholds(
            responseTime: TimeSpan(.seconds(90)), users: 1, databaseSize: ByteSize(bytes: 4_612_096),
            cpu: Percentage(percent: 12.5), memory: nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(thresholds)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"cpu":"12.5%","database_size":"4612096B","response_time":"90s","users":1}"#)
        #expect(try JSONDecoder().decode(Thresholds.self, from: data) == thresholds)
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Thresholds.self, from: Data(#"{"cpu":"12"}"#.utf8))
        }
        #expect(error.map { RecordCoding.explain($0) } == "cpu: '12' is not a percentage such as 80%")
    }
}
