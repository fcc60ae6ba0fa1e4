import Testing

@testable import YAMLDocument

@Suite("Types of the core schema")
struct CoreSchemaTests {
    @Test(
        "a plain scalar means what YAML 1.2 says",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nULL", .text("nULL")),
            ("true", .boolean(true)), ("False", .boolean(false)), ("tRue", .text("tRue")),
            ("yes", .text("yes")), ("no", .text("no")), ("on", .text("on")), ("off", .text("off")), ("y", .text("y")),
            ("0", .integer(0)), ("-7", .integer(-7)), ("+7", .integer(7)), ("007", .integer(7)),
            ("0755", .integer(755)),
            ("0o17", .integer(15)), ("0x1F", .integer(31)), ("0o8", .text("0o8")), ("0xG", .text("0xG")),
            ("0x", .text("0x")), ("0o-7", .text("0o-7")), ("-0x1", .text("-0x1")), ("0b1", .text("0b1")),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .text("9223372036854775808")), ("0xFFFFFFFFFFFFFFFF", .text("0xFFFFFFFFFFFFFFFF")),
            ("1_000", .text("1_000")), ("12:30", .text("12:30")), ("23:59:59", .text("23:59:59")),
            ("1.5", .float(1.5)), ("1.", .float(1)), (".5", .float(0.5)), ("-1e3", .float(-1000)),
            ("1E-2", .float(0.01)),
            ("+.5e+1", .float(5)), ("1e400", .text("1e400")), (".", .text(".")), ("-", .text("-")), ("+", .text("+")),
            ("1e", .text("1e")), ("e1", .text("e1")), ("1e+", .text("1e+")), ("1.2.3", .text("1.2.3")),
            (".e1", .text(".e1")), ("--1", .text("--1")), ("+-1", .text("+-1")), ("1 2", .text("1 2")),
            (".inf", .float(.infinity)), ("-.INF", .float(-.infinity)), ("inf", .text("inf")), ("nan", .text("nan")),
            ("0x1p3", .text("0x1p3")), ("2026-11-22", .text("2026-11-22")), ("80%", .text("80%")), ("١", .text("١")),
            ("-٣", .text("-٣")),
        ] as [(String, YAMLValue)])
    func plain(_ text: String, value: YAMLValue) {
        #expect(YAMLValue(plain: text) == value)
    }

    @Test("a long number is a text, unchanged")
    func longNumbers() {
        for text in [String(repeating: "7", count: 1_000_000), "0." + String(repeating: "3", count: 1000)] {
            #expect(YAMLValue(plain: text) == .text(text))
        }
    }

    @Test(
        "quotes and tags decide before the text does",
        arguments: [
            ("'7'", .text("7")), ("\"true\"", .text("true")), ("''", .text("")), ("|\n  7", .text("7")),
            ("!!str 7", .text("7")), ("! 7", .text("7")), ("!!int '7'", .integer(7)), ("!!float 7", .float(7)),
            ("!!bool 'true'", .boolean(true)), ("!!null ''", .null), ("!!str", .text("")),
            ("!<tag:yaml.org,2002:str> 7", .text("7")),
        ] as [(String, YAMLValue)])
    func tagged(_ text: String, value: YAMLValue) throws {
        guard case .scalar(let scalar) = try parse(text).kind else { throw SourcePosition(file: text).unexpected }
        #expect(scalar.value == value)
    }
}
