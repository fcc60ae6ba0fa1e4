import Testing

@testable import Patterns

@Suite("Searching lines")
struct LineSearchTests {
    @Test(
        "finds a pattern wherever it occurs",
        arguments: [
            ("b", "abc", true), ("d", "abc", false), ("", "", true), ("", "abc", true), ("a*", "xyz", true),
            ("^a", "abc", true), ("^b", "abc", false), ("c$", "abc", true), ("b$", "abc", false), ("^$", "", true),
            ("^$", "a", false), ("^abc$", "abc", true), ("(^|[^A-Z])ERROR([^A-Z]|$)", "ERROR", true),
            ("(^|[^A-Z])ERROR([^A-Z]|$)", "x ERROR: y", true), ("(^|[^A-Z])ERROR([^A-Z]|$)", "TERRORS", false),
            ("(^|[^A-Z])ERROR([^A-Z]|$)", "ERRORS ERROR", true), ("aab", "aaab", true), ("a.c", "xxabcxx", true),
            ("é+$", "caféé", true), ("é", "cafe", false), ("\\d{3}", "a12b123", true), ("\\d{3}", "a12b12", false),
            ("x|^y|z$", "ayz", true), ("x|^y|z$", "ayza", false), ("[^a]", "aaaé", true), ("[^a]", "aaa", false),
        ])
    func finds(_ pattern: String, _ line: String, _ isThere: Bool) throws {
        var search = LineSearch(try TextPattern(parsing: pattern))
        for _ in 0..<2 {
            let found = search.occurs(in: line)
            #expect(found == isThere)
        }
    }

    @Test("agrees with matching the whole line between any characters, whatever the pattern and the line")
    func agrees() throws {
        var numbers = SystemRandomNumberGenerator()
        let patterns = ["a(b|c)*d", "(a|ab)(c|bcd)", "a{2,3}b?", "[ab]+c", "(a?b){2}", "a.?b", "(ab|b)+a"]
        for pattern in patterns {
            var search = LineSearch(try TextPattern(parsing: pattern))
            let whole = try TextPattern(parsing: ".*(\(pattern)).*")
            for _ in 0..<200 {
                let line = String(
                    (0..<Int.random(in: 0...9, using: &numbers)).map { _ in "abcdé".randomElement() ?? "a" })
                let found = search.occurs(in: line)
                #expect(found == whole.matches(line), "\(pattern) in \(line)")
            }
        }
    }

    @Test("bytes that are no UTF-8 are no obstacle")
    func rubbish() throws {
        var search = LineSearch(try TextPattern(parsing: "ERROR$"))
        let bytes: [UInt8] = [0xFF, 0xC3, 0x00, 0xE2, 0x82] + Array("ERROR".utf8)
        let whole = bytes.withUnsafeBytes { search.occurs(in: $0) }
        let cut = bytes.dropLast().withUnsafeBytes { search.occurs(in: $0) }
        #expect(whole && !cut)
    }

    @Test(
        "takes time in proportion to the line however a pattern is made",
        arguments: ["(a+)+b", "(a|a)*b", "(.*a){20}b", "((a*)*)*b", "(a?){500}a{500}b", "(a|b)*a(a|b){15}c"])
    func catastrophes(_ pattern: String) throws {
        var search = LineSearch(try TextPattern(parsing: pattern))
        let line = String((0..<20_000).map { $0 % 7 == 3 || $0 % 5 == 1 ? "b" : "a" })
        let time = ContinuousClock().measure { _ = search.occurs(in: line) }
        #expect(time < .seconds(60))  // backtracking would take longer than the universe has lasted
    }

    @Test("a pattern with more states than are kept still finds what is there")
    func manyStates() throws {
        var search = LineSearch(try TextPattern(parsing: "a[ab]{12}c"))
        var numbers = SystemRandomNumberGenerator()
        let noise = String((0..<8_000).map { _ in Bool.random(using: &numbers) ? "a" : "b" })
        let found = [noise, noise + "abbbbbbbbbbbbc", noise + "é" + "abbbbbbbbbbbbc" + noise].map {
            search.occurs(in: $0)
        }
        #expect(found == [false, true, true])
    }
}
